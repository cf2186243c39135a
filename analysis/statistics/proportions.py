"""Intervals of a share of successes, that hold for few trials and for shares near 0 and 1."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959964


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval; without a trial it is everything from 0 to 1."""
    if not trials:
        return 0.0, 1.0
    share, spread = successes / trials, z * z / trials
    middle = share + spread / 2
    half = z * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def difference(one: tuple[int, int], other: tuple[int, int], z: float = Z_95) -> tuple[float, float]:
    """Newcombe's hybrid score interval of one share minus the other; each is (successes, trials), trials > 0."""
    first, second = one[0] / one[1], other[0] / other[1]
    (low_1, high_1), (low_2, high_2) = wilson(*one, z), wilson(*other, z)
    apart = first - second
    return (
        apart - sqrt((first - low_1) ** 2 + (high_2 - second) ** 2),
        apart + sqrt((high_1 - first) ** 2 + (second - low_2) ** 2),
    )
