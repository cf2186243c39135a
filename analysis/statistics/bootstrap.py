"""Intervals from resampled blocks, for series whose neighbours resemble each other.

The random numbers are the caller's, so the same seed gives the same interval.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, log10, sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
RESAMPLES = 999


def stationary(length: int, block: float, rng: np.random.Generator) -> Places:
    """Places of one resample, Politis and Romano 1994: blocks of random length, `block` on average, wrapped."""
    begins = rng.random(length) < 1 / max(block, 1.0)
    begins[0] = True
    starts = rng.integers(0, length, length)
    at = np.maximum.accumulate(np.where(begins, np.arange(length), 0))
    return (starts[at] + np.arange(length) - at) % length


def block_length(values: npt.ArrayLike) -> float:
    """Mean block for the stationary bootstrap of the mean, Politis and White 2004 as corrected in 2009."""
    series = np.asarray(values, dtype=np.float64)
    length = len(series)
    centred = series - series.mean()
    quiet = max(5, int(log10(length)))
    most = ceil(sqrt(length)) + quiet
    if length <= most + 1 or not centred.any():
        return 1.0
    covariances = np.array([centred[lag:] @ centred[: length - lag] for lag in range(most + 1)]) / length
    loud = np.abs(_correlations(centred, most)) >= 2 * sqrt(log10(length) / length)
    bandwidth = min(2 * max(_last_loud(loud, quiet), 1), most)
    lags = np.arange(1, bandwidth + 1)
    weights = np.minimum(1, 2 * (1 - lags / bandwidth))
    slope = 2 * float((weights * lags * covariances[1 : bandwidth + 1]).sum())
    spectrum = float(covariances[0] + 2 * (weights * covariances[1 : bandwidth + 1]).sum())
    found = (slope**2 / spectrum**2) ** (1 / 3) * length ** (1 / 3) if spectrum > 0 else sqrt(length)
    return float(min(max(found, 1.0), ceil(min(3 * sqrt(length), length / 3))))


def _correlations(centred: Floats, most: int) -> Floats:
    """Autocorrelations at lags 1 to `most`, each with the scale of its own overlap."""
    found = []
    for lag in range(1, most + 1):
        late, early = centred[lag:], centred[:-lag]
        scale = sqrt(float(late @ late) * float(early @ early))
        found.append(float(late @ early) / scale if scale else 0.0)
    return np.array(found)


def _last_loud(loud: npt.NDArray[np.bool_], quiet: int) -> int:
    """The lag after which `quiet` autocorrelations in a row say nothing; else the last that says something."""
    for lag in range(len(loud) - quiet + 1):
        if not loud[lag : lag + quiet].any():
            return lag
    return int(np.flatnonzero(loud)[-1]) + 1


def interval(
    statistic: Callable[[Floats], float],
    rows: Floats,
    rng: np.random.Generator,
    *,
    block: float,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """95 % percentile interval of a statistic of rows (time goes down), blocks of rows drawn together."""
    found = np.array([statistic(rows[stationary(len(rows), block, rng)]) for _ in range(resamples)])
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)
