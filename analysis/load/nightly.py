"""What the nightly work asks: which sessions are due, and what was known of each at its hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import postgresql
from analysis.load.session import RULE_DAYS
from analysis.signals.stored import as_of
from collector import sources
from collector.core.intervals import Interval

Work = tuple[str, str, int]


@dataclass(frozen=True)
class Due:
    """A symbol's session whose hour is over; `kept` is what of it is stored: kind, name and version."""

    symbol: str
    day: date
    kept: frozenset[Work]


def due(connection: Connection, first: date, last: date, now: datetime) -> list[Due]:
    """All sessions of these days, oldest first, stored already or not."""
    span = {"first_date": first, "last_date": last}
    feeds = [source.name for source in sources.registered() if source.scope is None]
    begun = postgresql.answer(connection, "insight_due", feeds=feeds, **span)
    kept: dict[tuple[str, date], set[Work]] = {}
    for row in postgresql.answer(connection, "insight_kept", **span).itertuples():
        kept.setdefault((row.symbol, row.session_date), set()).add((row.kind, row.name, row.version))
    return [
        Due(row.symbol, row.session_date, frozenset(kept.get((row.symbol, row.session_date), ())))
        for row in begun.itertuples()
        if as_of(row.session_date) <= now
    ]


def facts(connection: Connection, one: Due, now: datetime) -> pd.DataFrame:
    """What signals are made of, as it was known at the session's hour."""
    values = {"first_date": one.day - timedelta(days=RULE_DAYS), "last_date": one.day}
    at = as_of(one.day)
    return postgresql.ask(connection, "insight_facts", symbol=one.symbol, as_of=at, now=now, **values)


def minutes(connection: Connection, one: Due) -> tuple[Mapping[str, pd.DataFrame], list[Interval]]:
    """Prints, flow and bars of the session as they are now, with when each was collected; and what is covered."""
    values = {"symbol": one.symbol, "first_date": one.day, "last_date": one.day}
    names = {"prints": "analysis_prints", "ticks": "analysis_net_premium", "bars": "analysis_bars"}
    rows = {name: postgresql.ask(connection, query, **values) for name, query in names.items()}
    return rows, postgresql.covered(connection, one.symbol, one.day)
