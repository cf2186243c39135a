"""What was tried: the number that deflates a Sharpe ratio is the real one, not the one that is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Trial:
    """`data` says on what (symbol, first and last session), `parameters` with what; `ratio` is per session."""

    rule: str
    version: int
    parameters: str
    data: str
    ratio: float

    @property
    def key(self) -> tuple[str, int, str, str]:
        """The same key again is the same trial, not a second one."""
        return self.rule, self.version, self.parameters, self.data


def distinct(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Each key once, as it was last seen."""
    return tuple({trial.key: trial for trial in trials}.values())


def deflation(trials: Iterable[Trial]) -> tuple[int, float]:
    """How many were tried, at least one, and the variance of their ratios."""
    ratios = [trial.ratio for trial in distinct(trials)]
    return max(len(ratios), 1), float(np.var(ratios, ddof=1)) if len(ratios) > 1 else 0.0
