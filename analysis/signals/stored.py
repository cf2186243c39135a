"""What each rule said of a session at its own hour: the row that is stored once and never changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

import pandas as pd

from analysis.signals.known import as_known
from analysis.signals.rule import Rule
from collector.core.clock import new_york_instant

# An hour after a session settles: the pass that sweeps it for late prints is over by then.
AS_OF = time(22)


@dataclass(frozen=True)
class Signal:
    """`known_at` is of the newest fact that the rule was shown; `value` is None where too little was known."""

    rule: str
    version: int
    symbol: str
    session_date: date
    as_of: datetime
    known_at: datetime | None
    value: int | None


def as_of(session_date: date) -> datetime:
    """Nothing that is collected after it changes what is said of the session."""
    return new_york_instant(session_date, AS_OF)


def signals(rules: Iterable[Rule], symbol: str, session_date: date, facts: pd.DataFrame) -> list[Signal]:
    """One for each rule, of `facts` as in `analysis.signals.known`; later facts may be among them."""
    at = as_of(session_date)
    mine = facts[(facts["session_date"] <= session_date) & (facts["known_at"] <= at)] if len(facts) else facts
    return [_signal(rule, symbol, session_date, mine) for rule in rules]


def _signal(rule: Rule, symbol: str, session_date: date, facts: pd.DataFrame) -> Signal:
    own = facts[facts["fact"].isin(rule.facts)] if len(facts) else facts
    at = as_of(session_date)
    if own.empty:
        return Signal(rule.name, rule.version, symbol, session_date, at, None, None)
    # A rule takes the newest session that it finds; a session that nothing is known of has no signal.
    there = own["session_date"].max() == session_date
    value = rule.value(as_known(own, at)) if there else None
    newest: datetime = own["known_at"].max()
    return Signal(rule.name, rule.version, symbol, session_date, at, newest, value)
