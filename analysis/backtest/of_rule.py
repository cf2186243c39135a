"""A rule run over a symbol's sessions, decided before each opening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from analysis.backtest.engine import Plan, Result, run
from analysis.signals.rule import Rule
from analysis.statistics.sharpe import of_returns

BEFORE = timedelta(minutes=5)
SEED = 20_141


@dataclass(frozen=True)
class RuleResult:
    """`spoken` is at how many decisions the rule knew enough; `ratio` is None where there is nothing to judge."""

    result: Result
    spoken: int
    net: np.ndarray
    ratio: float | None


def of_rule(rule: Rule, facts: pd.DataFrame, prices: pd.DataFrame, limit: float = 1.0) -> RuleResult:
    """Run it; `facts` may hold those of other rules too."""
    own = facts[facts["fact"].isin(rule.facts)] if len(facts) else facts
    decisions = [at - BEFORE for at in prices["at"]]
    result = run(prices, own, rule.value, decisions, Plan(rule.lookback, rule.horizon, limit))
    spoken = int(result.signals["value"].notna().sum()) if len(result.signals) else 0
    net = result.path["net"].to_numpy() if spoken and result.trades else np.array([])
    try:
        ratio: float | None = of_returns(net).ratio
    except ValueError:
        ratio = None
    return RuleResult(result, spoken, net, ratio)
