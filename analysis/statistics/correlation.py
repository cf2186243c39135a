"""Correlation of two series in time, with intervals that know that neighbours resemble each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, sqrt, tanh
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_NORMAL = NormalDist()
FEW = 5
SHORT, STICKY = 100, 0.6
SIMULATED = 499


@dataclass(frozen=True)
class Correlation:
    """`z` is Fisher's, in standard errors of the effective number; `pairs` is the real one."""

    value: float
    low: float
    high: float
    z: float
    pairs: int
    effective: float
    method: str = "Fisher, Bartlett's effective number"


def pearson(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """The correlation; 0 when one of them never moves."""
    x, y = (np.asarray(series, dtype=np.float64) for series in (one, other))
    x, y = x - x.mean(), y - y.mean()
    scale = sqrt(float(x @ x) * float(y @ y))
    return max(-1.0, min(1.0, float(x @ y) / scale)) if scale else 0.0


def normal_scores(values: npt.ArrayLike) -> Floats:
    """Van der Waerden 1952: each value's place as a normal number; equal values share the middle of their places."""
    _, places, counts = np.unique(
        np.asarray(values, dtype=np.float64), return_inverse=True, return_counts=True
    )
    ranks = np.cumsum(counts) - (counts - 1) / 2
    scores = np.array([_NORMAL.inv_cdf(rank / (len(places) + 1)) for rank in ranks])
    return scores[places]


def persistence(values: npt.ArrayLike) -> float:
    """Autocorrelation at lag 1, with Kendall's correction for short series, below 1."""
    series = np.asarray(values, dtype=np.float64)
    length = len(series)
    found = pearson(series[1:], series[:-1])
    return max(-0.99, min(0.99, found + (1 + 3 * found) / length))


def effective_pairs(pairs: int, one: float, other: float) -> float:
    """Bartlett 1935 for two AR(1) series: how many independent pairs say as much about a correlation of 0."""
    return pairs * (1 - one * other) / (1 + one * other)


def with_interval(
    one: npt.ArrayLike, other: npt.ArrayLike, z: float = 1.959964, *, independent: bool = False
) -> Correlation:
    """Fisher's interval on the effective number of pairs; `independent` is the textbook's, to compare with."""
    x, y = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    pairs = len(x)
    if pairs < FEW:
        return Correlation(0.0, -1.0, 1.0, 0.0, pairs, 0.0, "too few")
    value = pearson(x, y)
    effective = float(pairs) if independent else effective_pairs(pairs, persistence(x), persistence(y))
    effective = min(effective, float(pairs))
    if effective < FEW:
        return Correlation(value, -1.0, 1.0, 0.0, pairs, effective, "too few that are independent")
    low, high = _around(value, z / sqrt(effective - 3))
    return Correlation(value, low, high, _fisher(value) * sqrt(effective - 3), pairs, effective)


def simulated(
    one: npt.ArrayLike, other: npt.ArrayLike, rng: np.random.Generator, level: float = 0.95
) -> Correlation:
    """Interval for short and sticky series: as wide as unrelated AR(1) series of their persistence scatter."""
    x, y = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if len(x) < FEW:
        return with_interval(x, y)
    firm = (persistence(x), persistence(y))
    drawn = (_ar1(rng, rho, len(x)) for rho in firm)
    scatter = np.array([_fisher(pearson(*pair)) for pair in zip(*drawn, strict=True)])
    half, value = float(np.quantile(np.abs(scatter), level)), pearson(x, y)
    return Correlation(
        value,
        *_around(value, half),
        _fisher(value) / float(scatter.std()),
        len(x),
        effective_pairs(len(x), *firm),
        "simulated AR(1) series",
    )


def _ar1(rng: np.random.Generator, rho: float, length: int) -> Floats:
    """Rows of stationary AR(1) series of variance 1."""
    noise = rng.standard_normal((SIMULATED, length)) * sqrt(1 - rho**2)
    noise[:, 0] /= sqrt(1 - rho**2)
    for at in range(1, length):
        noise[:, at] += rho * noise[:, at - 1]
    return noise


def _around(value: float, half: float) -> tuple[float, float]:
    """Both ends; a correlation of 1 has no finite place to go round, and is in its interval all the same."""
    fisher = _fisher(value)
    return min(value, tanh(fisher - half)), max(value, tanh(fisher + half))


def _fisher(value: float) -> float:
    return atanh(max(-0.999999, min(0.999999, value)))


def short_and_sticky(one: npt.ArrayLike, other: npt.ArrayLike) -> bool:
    """Where Fisher's interval is not to be trusted even with the effective number."""
    return len(np.asarray(one)) < SHORT and persistence(one) * persistence(other) > STICKY
