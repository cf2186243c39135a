"""All rules on the same sessions: the best of several looks good by luck, and this says how easily."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.backtest.chosen import Chosen, folded, forward
from analysis.backtest.costs import Costs
from analysis.backtest.engine import moves
from analysis.backtest.of_rule import SEED, RuleResult, of_rule
from analysis.signals.rule import Rule
from analysis.statistics.spa import BestOfMany, best_of_many
from analysis.statistics.trials import Trial


@dataclass(frozen=True)
class Many:
    """`results` of all rules; the rest is of those that traded, None where none did, or too few sessions are there."""

    results: Mapping[str, RuleResult]
    best: BestOfMany | None
    forward: Chosen | None
    folded: Chosen | None

    @property
    def traded(self) -> list[str]:
        """The rules whose position changed and whose returns can be judged."""
        return [name for name, one in self.results.items() if one.ratio is not None]

    def p(self, name: str) -> float | None:
        """How easily a rule looks as good as this one, as one of those that traded."""
        return None if self.best is None else self.best.each[self.traded.index(name)]

    def trials(self, rules: Sequence[Rule], limit: float, data: str) -> tuple[Trial, ...]:
        """All that traded were looked at, so all count."""
        ratios = {name: one.ratio for name, one in self.results.items() if one.ratio is not None}
        return tuple(
            Trial(rule.name, rule.version, f"limit {limit}", data, ratios[rule.name])
            for rule in rules
            if rule.name in ratios
        )


def of_many(rules: Sequence[Rule], facts: pd.DataFrame, prices: pd.DataFrame, limit: float = 1.0) -> Many:
    """Run each, and judge the best of them and the choosing of it."""
    results = {rule.name: of_rule(rule, facts, prices, limit) for rule in rules}
    traded = {name: one for name, one in results.items() if one.ratio is not None}
    if not traded:
        return Many(results, None, None, None)
    best = best_of_many(np.column_stack([one.net for one in traded.values()]), np.random.default_rng(SEED))
    held = {name: one.result.path["position"].to_numpy() for name, one in traded.items()}
    horizon = max(rule.horizon for rule in rules if rule.name in traded)
    moved, costs = moves(prices), Costs()
    return Many(
        results,
        best,
        forward(held, moved, horizon, costs, np.random.default_rng(SEED)),
        folded(held, moved, horizon, costs, np.random.default_rng(SEED)),
    )
