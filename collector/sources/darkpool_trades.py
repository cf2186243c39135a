"""Dark-pool prints of a symbol: paged to the end, kept once, a cancel updates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from collector.core import parse
from collector.core.errors import Unparsable
from collector.core.source import BySecond, Hours, Raw, Road, Seen, Source


class DarkpoolTrade(NamedTuple):
    """One print."""

    tracking_id: int
    symbol: str
    size: Decimal
    price: Decimal
    volume: Decimal
    premium: Decimal | None
    executed_at: datetime
    nbbo_ask: Decimal | None
    nbbo_bid: Decimal | None
    market_center: str | None
    sale_cond_codes: str | None
    collection_time: datetime
    trf_executed_at: datetime | None
    nbbo_ask_quantity: Decimal | None
    nbbo_bid_quantity: Decimal | None
    ext_hour_sold_codes: str | None
    trade_code: str | None
    trade_settlement: str | None
    canceled: bool
    extra: str


NUMBERS = ("premium", "nbbo_ask", "nbbo_bid", "nbbo_ask_quantity", "nbbo_bid_quantity")
TEXTS = ("market_center", "sale_cond_codes", "ext_hour_sold_codes", "trade_code", "trade_settlement")
IDENTITY = ("symbol", "executed_at", "tracking_id", "price", "size", "volume")
TAKEN = frozenset(
    (*NUMBERS, *TEXTS, *IDENTITY[1:], "ticker", "trf_executed_at", "canceled"),
)


def read(raw: Raw, seen: Seen) -> Sequence[DarkpoolTrade]:
    """The print. Whether it belongs to the asked day is the paging's question."""
    size = parse.some_number(raw, "size")
    if size < 0:
        raise Unparsable("size is negative")
    tracking_id = parse.integer(raw, "tracking_id")
    if tracking_id < 0:
        raise Unparsable("tracking_id is negative")
    ticker = parse.text(raw.get("ticker"), "ticker")
    if ticker not in (None, seen.symbol):
        raise Unparsable(f"ticker is not {seen.symbol}")
    numbers = {key: parse.number(raw.get(key), key) for key in NUMBERS}
    texts = {key: parse.text(raw.get(key), key) for key in TEXTS}
    return (
        DarkpoolTrade(
            tracking_id=tracking_id,
            symbol=seen.symbol,
            size=size,
            price=parse.some_number(raw, "price"),
            volume=parse.some_number(raw, "volume"),
            executed_at=parse.some_instant(raw, "executed_at"),
            collection_time=seen.fetched_at,
            trf_executed_at=parse.instant(raw.get("trf_executed_at"), "trf_executed_at"),
            canceled=parse.boolean(raw.get("canceled"), "canceled"),
            extra=parse.rest(raw, TAKEN),
            **numbers,  # type: ignore[arg-type]  # mypy cannot see which keys the dictionary has
            **texts,  # type: ignore[arg-type]  # same
        ),
    )


SOURCE = Source(
    name="darkpool_trades",
    path="/api/darkpool/{symbol}",
    table=("trading", "darkpool_trades"),
    row=DarkpoolTrade,
    identity=IDENTITY,
    restates=(*NUMBERS, *TEXTS, "trf_executed_at", "canceled", "extra"),
    seen="collection_time",
    parse=read,
    page=BySecond(limit=500, time_key="executed_at", slices=(("size", "size"), ("volume", "volume"))),
    priority=10,
    hours=Hours.EXTENDED,
    required=TAKEN,
    road=Road.REST,
)
