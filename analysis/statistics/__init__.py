"""How sure one may be of a number."""
