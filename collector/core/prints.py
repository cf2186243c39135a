"""A dark-pool print as the vendor sends it, the same in each feed that has prints."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from collector.core import parse
from collector.core.errors import Unparsable
from collector.core.source import Raw


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


def read(raw: Raw, symbol: str, fetched_at: datetime) -> DarkpoolTrade:
    """The print of that symbol; Unparsable for what is none."""
    size = parse.some_number(raw, "size")
    if size < 0:
        raise Unparsable("size is negative")
    tracking_id = parse.integer(raw, "tracking_id")
    if tracking_id < 0:
        raise Unparsable("tracking_id is negative")
    numbers = {key: parse.number(raw.get(key), key) for key in NUMBERS}
    texts = {key: parse.text(raw.get(key), key) for key in TEXTS}
    return DarkpoolTrade(
        tracking_id=tracking_id,
        symbol=symbol,
        size=size,
        price=parse.some_number(raw, "price"),
        volume=parse.some_number(raw, "volume"),
        executed_at=parse.some_instant(raw, "executed_at"),
        collection_time=fetched_at,
        trf_executed_at=parse.instant(raw.get("trf_executed_at"), "trf_executed_at"),
        canceled=parse.boolean(raw.get("canceled"), "canceled"),
        extra=parse.rest(raw, TAKEN),
        **numbers,  # type: ignore[arg-type]  # mypy cannot see which keys the dictionary has
        **texts,  # type: ignore[arg-type]  # same
    )
