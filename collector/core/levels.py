"""Volume of a session at each price, on and off the exchanges; two feeds have it, each by its own rule."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from collector.core import parse
from collector.core.errors import Unparsable
from collector.core.source import Raw, Seen


class PriceLevel(NamedTuple):
    """Shares at a price of a session, so far."""

    symbol: str
    session_date: date
    level_type: str
    price: Decimal
    dark_volume: Decimal
    lit_volume: Decimal
    collected_at: datetime
    extra: str


IDENTITY = ("symbol", "session_date", "level_type", "price")
RESTATES = ("dark_volume", "lit_volume", "collected_at", "extra")


def read(raw: Raw, seen: Seen, level_type: str, *, dark: str, lit: str) -> PriceLevel:
    """The level; `dark` and `lit` are the vendor's keys of the two volumes."""
    volumes = {key: parse.some_number(raw, key) for key in (dark, lit)}
    if min(volumes.values()) < 0:
        raise Unparsable("a volume is negative")
    return PriceLevel(
        symbol=seen.symbol,
        session_date=seen.session_date,
        level_type=level_type,
        price=parse.some_number(raw, "price"),
        dark_volume=volumes[dark],
        lit_volume=volumes[lit],
        collected_at=seen.fetched_at,
        extra=parse.rest(raw, (dark, lit, "price")),
    )
