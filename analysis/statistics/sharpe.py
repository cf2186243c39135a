"""Sharpe ratios and how far they may be trusted. Every ratio here is per period, not annual, and returns are net.

Kurtosis is *raw* everywhere: 3 for normal returns. Libraries that hand out the excess (0 for normal) make these
formulas too confident or too shy without any sign of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import e, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NORMAL = NormalDist()
EULER = 0.5772156649015329
ENOUGH = 4


@dataclass(frozen=True)
class Sharpe:
    """A ratio with what its distribution depends on; skew 0 and kurtosis 3 are normal returns."""

    ratio: float
    periods: int
    skew: float = 0.0
    kurtosis: float = 3.0

    @property
    def spread(self) -> float:
        """Variance of the estimate times (periods - 1), Mertens 2002."""
        return 1 - self.skew * self.ratio + (self.kurtosis - 1) / 4 * self.ratio**2


def of_returns(returns: npt.ArrayLike) -> Sharpe:
    """Measure excess returns, one a period.

    Raises:
        ValueError: fewer than four returns, or all of them alike: there is no ratio.
    """
    values = np.asarray(returns, dtype=np.float64)
    if len(values) < ENOUGH or not (deviation := float(values.std(ddof=1))) > abs(values.mean()) * 1e-12:
        raise ValueError("no Sharpe ratio: it needs four returns that are not all alike")
    apart = (values - values.mean()) / values.std()
    return Sharpe(
        float(values.mean()) / deviation, len(values), float((apart**3).mean()), float((apart**4).mean())
    )


def lo_error(ratio: float, periods: int) -> float:
    """Standard error of a ratio of independent returns, Lo 2002."""
    return sqrt((1 + ratio**2 / 2) / periods)


def annualising(periods: int, autocorrelation: float = 0.0) -> float:
    """What a ratio of one period is multiplied by for `periods` of them, for AR(1) returns, Lo 2002.

    The usual square root is right for independent returns only.
    """
    weights = sum((periods - lag) * autocorrelation**lag for lag in range(1, periods))
    return periods / sqrt(periods + 2 * weights)


def probabilistic(found: Sharpe, benchmark: float = 0.0) -> float:
    """How probable a true ratio above the benchmark is, 0 to 1; Bailey and Lopez de Prado 2012."""
    return NORMAL.cdf((found.ratio - benchmark) * sqrt(found.periods - 1) / sqrt(found.spread))


def expected_maximum(trials: int) -> float:
    """The best of `trials` standard normals on average, in their approximation; 0 for a single one."""
    if trials <= 1:
        return 0.0
    upper = NORMAL.inv_cdf(1 - 1 / trials)
    return (1 - EULER) * upper + EULER * NORMAL.inv_cdf(1 - 1 / (trials * e))


def luck(trials: int, variance_of_trials: float) -> float:
    """The ratio that the best of so many worthless trials reaches on average; variance of ratios per period."""
    return sqrt(variance_of_trials) * expected_maximum(trials)


def deflated(found: Sharpe, trials: int, variance_of_trials: float) -> float:
    """How probable it is that the ratio is more than the best of `trials` tries' luck, 0 to 1; 2014."""
    return probabilistic(found, luck(trials, variance_of_trials))


def minimum_track_record(found: Sharpe, benchmark: float = 0.0, confidence: float = 0.95) -> float:
    """How many periods prove a ratio above the benchmark; infinite when it is not above it."""
    if found.ratio <= benchmark:
        return float("inf")
    return 1 + found.spread * (NORMAL.inv_cdf(confidence) / (found.ratio - benchmark)) ** 2


def minimum_backtest_years(trials: int, annual_ratio: float = 1.0) -> float:
    """Years below which the best of `trials` worthless tries shows such an annual ratio on average."""
    return (expected_maximum(trials) / annual_ratio) ** 2
