"""Is the best of many strategies better than doing nothing, although the best was picked afterwards?

White's reality check 2000 and Hansen's test for superior predictive ability 2005, on resampled blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt

from analysis.statistics.bootstrap import block_length, stationary

Floats = npt.NDArray[np.float64]
RESAMPLES = 1000


@dataclass(frozen=True)
class BestOfMany:
    """p-values: the chance of so good a best strategy when none beats the benchmark.

    `reality_check` is White's (worst strategies count, so it is shy); `spa` is Hansen's consistent one. `best` is the
    column whose mean is the most of its own errors above 0. `each` says it of every column, as one of all: the chance
    that the best of worthless ones looks as good as this one; of the best it is `spa`.
    """

    best: int
    reality_check: float
    spa: float
    each: tuple[float, ...]


def best_of_many(
    excess: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    block: float | None = None,
    resamples: int = RESAMPLES,
) -> BestOfMany:
    """Columns are strategies, rows are periods; values are returns above the benchmark's.

    Without a block it takes the longest that a column asks for.
    """
    rows = np.atleast_2d(np.asarray(excess, dtype=np.float64))
    length = len(rows)
    block = block or max(block_length(column) for column in rows.T)
    means = rows.mean(axis=0)
    drawn = np.array([rows[stationary(length, block, rng)].mean(axis=0) for _ in range(resamples)])
    errors = np.sqrt(np.maximum(_long_run_variance(rows, block), 1e-300) / length)
    best, luck = int(np.argmax(means / errors)), _luck(means, drawn, errors, length)
    each = tuple(_p(max(float(one), 0.0), luck) for one in means / errors)
    return BestOfMany(
        best=best,
        reality_check=_p(means.max(), (drawn - means).max(axis=1)),
        spa=each[best],
        each=each,
    )


def _luck(means: Floats, drawn: Floats, errors: Floats, length: int) -> Floats:
    """The best of the columns in each draw, in units of its error, if none were any good."""
    bad = means <= -errors * sqrt(2 * log(log(length)))
    centre = np.where(bad, 0.0, means)
    return np.asarray(np.maximum(((drawn - centre) / errors).max(axis=1), 0.0), dtype=np.float64)


def _p(statistic: float, drawn: Floats) -> float:
    """Share of draws above the statistic; the statistic counts as one of the draws, so it is never 0."""
    return float((1 + (drawn >= statistic).sum()) / (1 + len(drawn)))


def _long_run_variance(rows: Floats, block: float) -> Floats:
    """What the stationary bootstrap's mean would have, times the length, Politis and Romano 1994."""
    length, kept = len(rows), 1 - 1 / max(block, 1.0)
    centred = rows - rows.mean(axis=0)
    total = (centred**2).mean(axis=0)
    for lag in range(1, length):
        weight = (length - lag) / length * kept**lag + lag / length * kept ** (length - lag)
        if weight < 1e-12:  # noqa: PLR2004 - nothing is left to add
            continue
        total = total + 2 * weight * (centred[lag:] * centred[:-lag]).sum(axis=0) / length
    return np.asarray(total, dtype=np.float64)
