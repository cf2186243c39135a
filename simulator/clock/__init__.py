"""Time: the exchange calendar and the simulated now."""
