"""What a backtest proves, in words that a loss would not make ridiculous."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

from analysis.statistics import bootstrap, sharpe
from analysis.statistics.trials import Trial, deflation

SESSIONS_A_YEAR = 252
SURE = 0.95
NO_EVIDENCE = "No evidence"


@dataclass(frozen=True)
class Verdict:
    """Ratios are annual; mean and its interval are basis points a session, after costs.

    `p` is Hansen's, as one of `rules` that were run side by side; None where it was not asked.
    """

    sessions: int
    mean: float
    low: float
    high: float
    ratio: float
    ratio_error: float
    probabilistic: float
    deflated: float
    trials: int
    needed_sessions: float
    rules: int = 1
    p: float | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What speaks against it; empty when nothing does."""
        reasons = (
            (self.low <= 0, "the interval of the mean is not all above 0"),
            (self.deflated <= SURE, f"the best of {self.trials} trials would be as good by luck"),
            (
                self.p is not None and self.p > 1 - SURE,
                f"the best of {self.rules} rules would look as good by luck",
            ),
            (
                self.sessions < self.needed_sessions < inf,
                f"it takes {self.needed_sessions:.0f} sessions to tell",
            ),
            (self.mean <= 0, "it earned nothing"),
        )
        return tuple(words for found, words in reasons if found)

    @property
    def evidence(self) -> bool:
        """Whether something was shown at all."""
        return not self.missing

    def words(self) -> str:
        """The verdict."""
        said = (
            f"{self.sessions} sessions, {self.mean:+.1f} bp a session after costs (95 % interval {self.low:+.1f} to "
            f"{self.high:+.1f}), annual Sharpe {self.ratio:.2f} ± {self.ratio_error:.2f}, deflated by {self.trials} "
            f"trials {self.deflated:.2f}{self._among()}. "
        )
        if self.missing:
            return f"{said}{NO_EVIDENCE}: {'; '.join(self.missing)}."
        return said + "Evidence of an edge in these data; it says nothing about the next ones."

    def _among(self) -> str:
        return "" if self.p is None else f", p {self.p:.3f} as one of {self.rules} rules"


def judge(
    returns: npt.ArrayLike,
    trials: tuple[Trial, ...],
    rng: np.random.Generator,
    among: tuple[int, float | None] = (1, None),
) -> Verdict | None:
    """Net returns a session, as parts of the equity; None when there is nothing to judge: too few, or all alike.

    `trials` are all that were tried on such data, this one among them; `among` how many rules were run side by side,
    and this one's p-value as one of them.
    """
    values = np.asarray(returns, dtype=np.float64)
    try:
        found = sharpe.of_returns(values)
    except ValueError:
        return None
    low, high = bootstrap.interval(
        lambda rows: float(rows.mean()), values[:, None], rng, block=bootstrap.block_length(values)
    )
    many, variance = deflation(trials)
    return Verdict(
        sessions=len(values),
        mean=float(values.mean()) * 1e4,
        low=low * 1e4,
        high=high * 1e4,
        ratio=found.ratio * SESSIONS_A_YEAR**0.5,
        ratio_error=sharpe.lo_error(found.ratio, len(values)) * SESSIONS_A_YEAR**0.5,
        probabilistic=sharpe.probabilistic(found),
        deflated=sharpe.deflated(found, many, variance),
        trials=many,
        needed_sessions=sharpe.minimum_track_record(found),
        rules=among[0],
        p=among[1],
    )
