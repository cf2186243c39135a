"""Open interest of each contract against the day before, refreshed once in the morning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from collector.core import parse
from collector.core.errors import Unparsable
from collector.core.source import Hours, Raw, Seen, Snapshot, Source


class OiChange(NamedTuple):
    """A contract on one morning."""

    symbol: str
    option_symbol: str
    curr_date: date
    last_date: date | None
    curr_oi: Decimal
    last_oi: Decimal | None
    oi_diff_plain: Decimal | None
    oi_change: Decimal | None
    avg_price: Decimal | None
    last_bid: Decimal | None
    last_ask: Decimal | None
    last_fill: Decimal | None
    volume: Decimal | None
    trades: Decimal | None
    percentage_of_total: Decimal | None
    prev_ask_volume: Decimal | None
    prev_bid_volume: Decimal | None
    prev_mid_volume: Decimal | None
    prev_neutral_volume: Decimal | None
    prev_multi_leg_volume: Decimal | None
    prev_stock_multi_leg_volume: Decimal | None
    prev_total_premium: Decimal | None
    rnk: Decimal | None
    collected_at: datetime
    extra: str


IDENTITY = ("option_symbol", "curr_date")
KEYS = ("underlying_symbol", "last_date", *IDENTITY)
NUMBERS = tuple(key for key in OiChange._fields if key not in (*KEYS, "symbol", "collected_at", "extra"))
TAKEN = frozenset((*KEYS, *NUMBERS))


def read(raw: Raw, seen: Seen) -> Sequence[OiChange]:
    """The contract; the days compared are the row's own, whatever day was asked for."""
    parse.of_symbol(raw, "underlying_symbol", seen.symbol)
    option = parse.text(parse.required(raw, "option_symbol"), "option_symbol")
    if not option:
        raise Unparsable("option_symbol is empty")
    parse.required(raw, "curr_oi")
    numbers = {key: parse.number(raw.get(key), key) for key in NUMBERS}
    return (
        OiChange(
            symbol=seen.symbol,
            option_symbol=option,
            curr_date=parse.day(raw, "curr_date"),
            last_date=None if raw.get("last_date") is None else parse.day(raw, "last_date"),
            collected_at=seen.fetched_at,
            extra=parse.rest(raw, TAKEN),
            **numbers,  # type: ignore[arg-type]  # mypy cannot see which keys the dictionary has
        ),
    )


SOURCE = Source(
    name="oi_change",
    path="/api/stock/{symbol}/oi-change",
    table=("trading", "oi_changes"),
    row=OiChange,
    identity=IDENTITY,
    restates=("last_date", *NUMBERS, "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    # Without a limit every contract is answered.
    page=Snapshot(),
    priority=80,
    required=TAKEN,
    hours=Hours.MORNING,
)
