"""The price of a symbol, minute by minute, all hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from collector.core import parse
from collector.core.clock import new_york_date
from collector.core.errors import Unparsable
from collector.core.source import Hours, Raw, Seen, Snapshot, Source

CANDLE = "1m"
STEP = timedelta(minutes=1)


class Bar(NamedTuple):
    """Prices of a minute."""

    symbol: str
    session_date: date
    candle: str
    starts_at: datetime
    ends_at: datetime | None
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    total_volume: Decimal | None
    market_time: str | None
    collected_at: datetime
    extra: str


PRICES = ("open", "high", "low", "close")
TAKEN = frozenset((*PRICES, "volume", "total_volume", "market_time", "start_time", "end_time"))


def read(raw: Raw, seen: Seen) -> Sequence[Bar]:
    """The bar of its own New York day; one of another step than was asked for is refused."""
    starts_at = parse.some_instant(raw, "start_time")
    ends_at = parse.instant(raw.get("end_time"), "end_time")
    if ends_at is not None and ends_at - starts_at != STEP:
        raise Unparsable(f"the bar lasts {ends_at - starts_at} where a minute was asked for")
    prices = {key: parse.some_number(raw, key) for key in PRICES}
    return (
        Bar(
            symbol=seen.symbol,
            session_date=new_york_date(starts_at),
            candle=CANDLE,
            starts_at=starts_at,
            ends_at=ends_at,
            volume=parse.some_number(raw, "volume"),
            total_volume=parse.number(raw.get("total_volume"), "total_volume"),
            market_time=parse.text(raw.get("market_time"), "market_time"),
            collected_at=seen.fetched_at,
            extra=parse.rest(raw, TAKEN),
            **prices,
        ),
    )


SOURCE = Source(
    name="ohlc_1m",
    path=f"/api/stock/{{symbol}}/ohlc/{CANDLE}",
    table=("trading", "bars"),
    row=Bar,
    identity=("symbol", "candle", "starts_at"),
    restates=("ends_at", *PRICES, "volume", "total_volume", "market_time", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=25,
    # The most that is served; a day of all hours has 960 minutes.
    params={"limit": "2500"},
    required=TAKEN,
    hours=Hours.EXTENDED,
)
