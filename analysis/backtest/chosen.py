"""Choosing a rule by its past is a rule too: what it earns on sessions that it was not chosen by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from analysis.backtest.costs import Costs
from analysis.backtest.engine import earned
from analysis.backtest.splits import Split, purged, walk_forward
from analysis.statistics import bootstrap

Floats = npt.NDArray[np.float64]
# Fixed, so that nobody tries lengths until one looks good.
TRAIN, TEST, FOLDS, EMBARGO = 63, 21, 5, 0.01
FEWEST = 3 * TEST


@dataclass(frozen=True)
class Chosen:
    """`net` has a value for each judged session, in their order; `choices` a rule for each split, or None."""

    net: Floats
    choices: tuple[str | None, ...]
    low: float
    high: float

    @property
    def mean(self) -> float:
        """Basis points a session, as its interval."""
        return float(self.net.mean()) * 1e4

    @property
    def evidence(self) -> bool:
        """Whether it earned anything for certain."""
        return self.low > 0

    def words(self) -> str:
        """What it earned, and by which rules."""
        many = Counter(one or "none" for one in self.choices)
        if set(many) == {"none"}:
            return f"{len(self.net)} sessions, none held: each time all rules had lost. No evidence."
        said = (
            "Evidence"
            if self.evidence
            else "No evidence: the interval holds 0"
            if self.high >= 0
            else "A loss"
        )
        return (
            f"{len(self.net)} sessions, {self.mean:+.1f} bp a session after costs (95 % interval {self.low:+.1f} to "
            f"{self.high:+.1f}); chosen: {', '.join(f'{name} {times}x' for name, times in many.most_common())}. {said}."
        )


def forward(
    positions: Mapping[str, Floats], moved: Floats, horizon: int, costs: Costs, rng: np.random.Generator
) -> Chosen | None:
    """Choose by the sessions before, hold through the next, go on; None where there are too few of them.

    A signal is held for at most `horizon` sessions. What is earned up to the opening at which the chosen rule begins
    is not known when it is chosen, so one session more is left out.
    """
    return _chosen(positions, moved, list(walk_forward(len(moved), TRAIN, TEST, horizon + 1)), costs, rng)


def folded(
    positions: Mapping[str, Floats], moved: Floats, horizon: int, costs: Costs, rng: np.random.Generator
) -> Chosen | None:
    """Choose by all sessions before and after that share no signal with the fold, less an embargo after it."""
    many = len(moved)
    ends = [min(at + horizon, many - 1) for at in range(many)]
    splits = [one for one in purged(ends, FOLDS, ceil(EMBARGO * many)) if len(one.train) >= TRAIN]
    return _chosen(positions, moved, splits if len(splits) == FOLDS else [], costs, rng)


def _chosen(
    positions: Mapping[str, Floats],
    moved: Floats,
    splits: Sequence[Split],
    costs: Costs,
    rng: np.random.Generator,
) -> Chosen | None:
    if sum(len(one.test) for one in splits) < FEWEST:
        return None
    net = {name: earned(position, moved, costs)["net"].to_numpy() for name, position in positions.items()}
    choices = tuple(_best(net, one.train) for one in splits)
    judged = [at for one in splits for at in one.test]
    held = np.concatenate(
        [
            positions[name][list(one.test)] if name else np.zeros(len(one.test))
            for name, one in zip(choices, splits, strict=True)
        ]
    )
    values = earned(held, moved[judged], costs)["net"].to_numpy()
    low, high = bootstrap.interval(
        lambda rows: float(rows.mean()), values[:, None], rng, block=bootstrap.block_length(values)
    )
    return Chosen(values, choices, low * 1e4, high * 1e4)


def _best(net: Mapping[str, Floats], train: Iterable[int]) -> str | None:
    """The rule with the best ratio there; none if all of them lost."""
    places = list(train)
    ratios = {name: _ratio(values[places]) for name, values in net.items()}
    best = max(ratios, key=lambda name: ratios[name])
    return best if ratios[best] > 0 else None


def _ratio(values: Floats) -> float:
    spread = float(values.std())
    return float(values.mean()) / spread if spread > 0 else 0.0
