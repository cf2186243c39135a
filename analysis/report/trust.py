"""What each rule says of the session, and how little its past proves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from analysis.backtest.many import Many, of_many
from analysis.backtest.of_rule import SEED
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
    many = of_many(rules, facts, prices) if len(facts) and len(prices) else None
    trials = distinct((*counted, *(many.trials(rules, 1.0, data) if many else ())))
    return tuple(Said(rule, rule.value(known), _trust(rule, many, trials)) for rule in rules), as_of


def _trust(rule: Rule, many: Many | None, trials: tuple[Trial, ...]) -> str:
    if many is None:
        return "Nothing to judge: no session with facts and prices."
    found = many.results[rule.name]
    among = (len(many.traded), many.p(rule.name) if found.ratio is not None else None)
    verdict = None if found.ratio is None else judge(found.net, trials, np.random.default_rng(SEED), among)
    if verdict is None:
        sessions = len(found.result.path) + 1
        return (
            f"Nothing to judge: {sessions} sessions with prices, the rule knew enough at {found.spoken} of them, "
            f"and its position changed {found.result.trades} times."
        )
    return verdict.words()
