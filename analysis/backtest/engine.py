"""Event by event: at each decision the rule sees what was known, and trades at the next price after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.backtest.costs import Costs
from analysis.signals.known import Walk

Floats = npt.NDArray[np.float64]
Decide = Callable[[pd.DataFrame], float | None]
# Calendar days that surely hold so many sessions.
DAYS_A_SESSION, MORE_DAYS = 2, 10


@dataclass(frozen=True)
class Plan:
    """`lookback` and `horizon` are sessions; a position is a part of the equity, at most `limit` either way.

    A signal is held for `horizon` decisions, beside those of the decisions before: each gets a part of the limit.
    """

    lookback: int
    horizon: int = 1
    limit: float = 1.0
    costs: Costs = field(default_factory=Costs)


@dataclass(frozen=True)
class Result:
    """`path` has a line a price but the last: at, position, gross, cost and net, as parts of the equity."""

    path: pd.DataFrame
    signals: pd.DataFrame

    @property
    def trades(self) -> int:
        """How often the position changed."""
        return int((self.path["cost"] > 0).sum())


def run(
    prices: pd.DataFrame, facts: pd.DataFrame, decide: Decide, decisions: Sequence[datetime], plan: Plan
) -> Result:
    """`prices` has at and price, at which one could trade then; `facts` as in `analysis.signals.known`.

    Raises:
        ValueError: prices are not in the order of time.
    """
    if not prices["at"].is_monotonic_increasing:
        raise ValueError("prices must be in the order of time")
    signals = signals_at(facts, decide, decisions, plan.lookback)
    targets = _targets(prices, signals, plan)
    return Result(_path(prices, targets, plan.costs), signals)


def signals_at(
    facts: pd.DataFrame, decide: Decide, decisions: Sequence[datetime], lookback: int
) -> pd.DataFrame:
    """The rule's word at each decision, made of what was known; `value` is None where too little was."""
    reach = timedelta(days=lookback * DAYS_A_SESSION + MORE_DAYS)
    known = Walk(facts)
    said = [decide(known.to(at, (at - reach).date())) for at in sorted(decisions)]
    return pd.DataFrame({"at": sorted(decisions), "value": pd.Series(said, dtype=object)})


def _targets(prices: pd.DataFrame, signals: pd.DataFrame, plan: Plan) -> Floats:
    """The wanted position at each price: of the decisions before it, never of one at the same instant."""
    said = [max(-1.0, min(1.0, float(value or 0.0))) for value in signals["value"]]
    # After so many decisions, 0 first.
    after = [
        plan.limit * sum(said[max(0, many - plan.horizon) : many]) / plan.horizon
        for many in range(len(said) + 1)
    ]
    # A decision at the instant of a price is too late for it.
    made = pd.to_datetime(signals["at"], utc=True).searchsorted(
        pd.to_datetime(prices["at"], utc=True), side="left"
    )
    return np.asarray(np.array(after)[made], dtype=np.float64)


def _path(prices: pd.DataFrame, targets: Floats, costs: Costs) -> pd.DataFrame:
    path = earned(targets[:-1], moves(prices), costs)
    path.insert(0, "at", list(prices["at"])[:-1])
    return path


def moves(prices: pd.DataFrame) -> Floats:
    """From each price to the next, as a part of it."""
    value = prices["price"].astype(float).to_numpy()
    return np.asarray(value[1:] / value[:-1] - 1, dtype=np.float64)


def earned(position: Floats, moved: Floats, costs: Costs) -> pd.DataFrame:
    """What positions earn, one after the other, the first one bought from nothing."""
    traded = np.diff(position, prepend=0.0)
    path = pd.DataFrame({"position": position, "gross": position * moved})
    path["cost"] = 0.0
    changed = np.flatnonzero(traded)
    path.loc[changed, "cost"] = [costs.of(float(traded[at])) for at in changed]
    path["net"] = path["gross"] - path["cost"]
    return path
