"""Who moves first? Correlations at many lags, judged as the best of many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.statistics.correlation import FEW, Correlation, normal_scores, with_interval
from analysis.statistics.multiple import false_alarm, sidak_z

SINGLE_Z = 1.959964


@dataclass(frozen=True)
class LeadLag:
    """`found[lag]`: correlation of one[t] with other[t + lag]; a positive lag says that `one` leads.

    `needed` is the |z| that the best of these lags must reach; the intervals are made with it, so they hold for all
    lags at once.
    """

    found: dict[int, Correlation]
    needed: float

    @property
    def best(self) -> int:
        """The lag whose correlation stands out most; of equals the one nearest to 0."""
        return min(self.found, key=lambda lag: (-abs(self.found[lag].z), abs(lag), lag))

    @property
    def evidence(self) -> bool:
        """Whether the best lag is more than the best of so many would be by chance."""
        return abs(self.found[self.best].z) > self.needed

    def verdict(self, one: str, other: str) -> str:
        """What may be said, in words."""
        at, many = self.best, len(self.found)
        best = self.found[at]
        said = (
            f"Best of {many} lags: {at:+d}, correlation {best.value:+.2f}, interval {best.low:+.2f} to "
            f"{best.high:+.2f} (|z| {abs(best.z):.2f}, needed {self.needed:.2f}). "
        )
        if not self.evidence:
            naive = f"{false_alarm(many):.0%}"
            return said + f"No evidence of a lead. A plain |z| of 1.96 would raise a false alarm in {naive}."
        if at == 0:
            return said + f"{one} and {other} move together; neither is shown to lead."
        first, second = (one, other) if at > 0 else (other, one)
        return said + f"{first} moves {abs(at)} before {second}; that is no proof of a cause."


def lead_lag(one: npt.ArrayLike, other: npt.ArrayLike, most: int) -> LeadLag:
    """Correlate normal scores at all lags from -most to +most; both series have one value at each of the same times.

    Of the values themselves the best of many lags is too often the place where two great ones happen to meet.

    Raises:
        ValueError: the series differ in length, or too little of them is left at the largest lag.
    """
    x, y = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if len(x) != len(y):
        raise ValueError("two series of different length have no common times")
    if len(x) < most + FEW:
        raise ValueError(f"{len(x)} times are too few for {most} lags")
    x, y = normal_scores(x), normal_scores(y)
    needed = sidak_z(2 * most + 1)
    length = len(x)
    found = {
        lag: with_interval(
            x[max(0, -lag) : length - max(0, lag)], y[max(0, lag) : length + min(0, lag)], needed
        )
        for lag in range(-most, most + 1)
    }
    return LeadLag(found, needed)
