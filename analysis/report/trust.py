"""What each rule says of the session, and how little its past proves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from analysis.backtest.of_rule import SEED, RuleResult, of_rule
from analysis.backtest.verdict import judge
from analysis.signals.known import as_known
from analysis.signals.rule import Rule
from analysis.statistics.trials import Trial, distinct


@dataclass(frozen=True)
class Said:
    """`value` is -1, 0, 1, or None when too little is known."""

    rule: Rule
    value: int | None
    trust: str


def said(
    rules: Sequence[Rule], facts: pd.DataFrame, prices: pd.DataFrame, data: str, counted: tuple[Trial, ...]
) -> tuple[tuple[Said, ...], datetime | None]:
    """All rules, and until when what they are made of had been collected.

    `counted` are the trials so far. The rules of this report deflate each other, but nothing is added to the registry:
    a report looks at the same rules each day and chooses none.
    """
    as_of = facts["known_at"].max() if len(facts) else None
    known = as_known(facts, as_of) if as_of is not None else pd.DataFrame()
    run = {rule.name: of_rule(rule, facts, prices) for rule in rules} if len(facts) and len(prices) else {}
    own = [
        Trial(rule.name, rule.version, "limit 1.0", data, run[rule.name].ratio or 0.0)
        for rule in rules
        if rule.name in run and run[rule.name].ratio is not None
    ]
    trials = distinct((*counted, *own))
    return tuple(Said(rule, rule.value(known), _trust(run.get(rule.name), trials)) for rule in rules), as_of


def _trust(found: RuleResult | None, trials: tuple[Trial, ...]) -> str:
    if found is None:
        return "Nothing to judge: no session with facts and prices."
    verdict = None if found.ratio is None else judge(found.net, trials, np.random.default_rng(SEED))
    if verdict is None:
        sessions = len(found.result.path) + 1
        return (
            f"Nothing to judge: {sessions} sessions with prices, the rule knew enough at {found.spoken} of them, "
            f"and its position changed {found.result.trades} times."
        )
    return verdict.words()
