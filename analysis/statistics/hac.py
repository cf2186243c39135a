"""Standard errors for means and slopes of series whose neighbours resemble each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error; `z` compares it with nothing at all."""

    value: float
    error: float

    @property
    def z(self) -> float:
        """How many errors away from 0; 0 when there is no error to count in."""
        return self.value / self.error if self.error > 0 else 0.0

    def interval(self, z: float = 1.959964) -> tuple[float, float]:
        """Normal interval."""
        return self.value - z * self.error, self.value + z * self.error


def default_lags(length: int) -> int:
    """Newey and West's rule of thumb."""
    return int(4 * (length / 100) ** (2 / 9))


def mean(values: npt.ArrayLike, lags: int | None = None) -> Estimate:
    """The mean with Newey and West's 1987 error."""
    series = np.asarray(values, dtype=np.float64)
    return _slope(np.ones((len(series), 1)), series, default_lags(len(series)) if lags is None else lags)


def slope(signal: npt.ArrayLike, answer: npt.ArrayLike, lags: int = 0) -> Estimate:
    """Slope of answer on signal, with a constant; lags 0 is White's error."""
    x, y = np.asarray(signal, dtype=np.float64), np.asarray(answer, dtype=np.float64)
    return _slope(np.column_stack([np.ones(len(x)), x]), y, lags)


def naive_slope(signal: npt.ArrayLike, answer: npt.ArrayLike) -> Estimate:
    """The slope with the textbook's error, which is wrong as soon as answers overlap; here to compare with."""
    x, y = np.asarray(signal, dtype=np.float64), np.asarray(answer, dtype=np.float64)
    apart = x - x.mean()
    beta = float(apart @ y) / float(apart @ apart)
    left = y - y.mean() - beta * apart
    return Estimate(beta, sqrt(float(left @ left) / (len(x) - 2) / float(apart @ apart)))


def predictive_slope(signal: npt.ArrayLike, returns: npt.ArrayLike, horizon: int) -> Estimate:
    """Slope of the next `horizon` returns' sum on the signal, tested so that overlap does not matter.

    `returns[t]` is known after `signal[t]`: the return of the period that follows it. Hodrick 1992: if the signal
    says nothing about the next `horizon` returns, the last `horizon` signals say nothing about the next one. The
    value is the usual slope; its error is scaled so that z is that of the reversed regression, whose answers do
    not overlap.
    """
    x, y = np.asarray(signal, dtype=np.float64), np.asarray(returns, dtype=np.float64)
    reversed_ = slope(rolling_sum(x, horizon), y[horizon - 1 :])
    direct = naive_slope(x[: len(y) - horizon + 1], rolling_sum(y, horizon)).value
    if not reversed_.z:
        return Estimate(direct, float("inf"))
    return Estimate(direct, abs(direct / reversed_.z))


def rolling_sum(values: Floats, width: int) -> Floats:
    """Sums of `width` neighbours."""
    return np.convolve(values, np.ones(width), mode="valid")


def _slope(columns: Floats, answer: Floats, lags: int) -> Estimate:
    """The last column's coefficient, with Bartlett's weights on `lags` autocovariances."""
    bread = np.linalg.inv(columns.T @ columns)
    beta = bread @ columns.T @ answer
    scores = columns * (answer - columns @ beta)[:, None]
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        across = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (across + across.T)
    return Estimate(float(beta[-1]), sqrt(max(float((bread @ middle @ bread)[-1, -1]), 0.0)))
