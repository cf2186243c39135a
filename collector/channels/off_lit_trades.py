"""Dark-pool prints as they happen, of all symbols; without the tracking_id that REST has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from collector.core import parse
from collector.core.channel import Channel
from collector.core.clock import whole_second
from collector.core.source import Raw, Road, Seen, Snapshot
from collector.sources import darkpool_trades
from collector.sources.darkpool_trades import DarkpoolTrade

# A print that REST has not named yet. Every one has the same: its five facts tell it apart.
PROVISIONAL = -1


def read(raw: Raw, seen: Seen) -> Sequence[DarkpoolTrade]:
    """The print as REST would show it: its time in whole seconds, its premium price times size."""
    as_rest = {key: value for key, value in raw.items() if key != "symbol"}
    as_rest |= {"ticker": parse.required(raw, "symbol"), "tracking_id": 0}
    return [
        trade._replace(
            tracking_id=PROVISIONAL,
            executed_at=whole_second(trade.executed_at),
            premium=_premium(trade),
        )
        for trade in darkpool_trades.read(as_rest, seen)
    ]


def _premium(trade: DarkpoolTrade) -> Decimal:
    """The vendor's own, or what it is in every row of REST (API.md 2)."""
    return trade.price * trade.size if trade.premium is None else trade.premium


CHANNEL = Channel(
    name="off_lit_trades",
    symbol_key="symbol",
    source=replace(
        darkpool_trades.SOURCE,
        name="stream_off_lit_trades",
        parse=read,
        page=Snapshot(),
        road=Road.STREAM,
        required=frozenset(
            ("symbol", "price", "size", "volume", "executed_at", "trf_executed_at", "nbbo_bid", "nbbo_ask")
        ),
    ),
)
