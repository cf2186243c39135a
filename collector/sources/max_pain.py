"""Max pain of each expiry: the price at which the open options would pay out least."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from collector.core import parse
from collector.core.source import Raw, Seen, Snapshot, Source


class MaxPain(NamedTuple):
    """The price for an expiry, as seen on a session."""

    symbol: str
    session_date: date
    expiry: date
    max_pain: Decimal
    collected_at: datetime
    extra: str


TAKEN = frozenset(("expiry", "max_pain"))


def read(raw: Raw, seen: Seen) -> Sequence[MaxPain]:
    """One row an expiry."""
    return (
        MaxPain(
            symbol=seen.symbol,
            session_date=seen.session_date,
            expiry=parse.day(raw, "expiry"),
            max_pain=parse.some_number(raw, "max_pain"),
            collected_at=seen.fetched_at,
            extra=parse.rest(raw, TAKEN),
        ),
    )


SOURCE = Source(
    name="max_pain",
    path="/api/stock/{symbol}/max-pain",
    table=("trading", "max_pain"),
    row=MaxPain,
    identity=("symbol", "session_date", "expiry"),
    restates=("max_pain", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=85,
    required=TAKEN,
    every_s=3600,
)
