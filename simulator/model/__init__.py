"""What the market did, made from a seed: pure functions of (seed, symbol, date)."""
