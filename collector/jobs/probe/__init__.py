"""`collector probe`: what a key's plan gives and how the API really behaves, asked once, stored nowhere."""
