"""Reproducible randomness: one generator for each (seed, subject)."""

import hashlib
import random


def number(seed: int, *subject: object) -> int:
    """A 64-bit number that depends on nothing but its arguments (hash() differs between processes)."""
    text = "|".join([str(seed), *map(str, subject)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def generator(seed: int, *subject: object) -> random.Random:
    """A generator of its own, so that one feed never shifts the numbers of another."""
    return random.Random(number(seed, *subject))


def ticker_id(symbol: str) -> int:
    """The vendor's number of a ticker; the same with every seed."""
    return 1000 + number(0, "ticker", symbol) % 9000
