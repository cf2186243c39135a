"""Dark-pool prints of a symbol: paged to the end, kept once, a cancel updates."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import parse, prints
from collector.core.source import BySecond, Hours, Raw, Road, Seen, Source


def read(raw: Raw, seen: Seen) -> Sequence[prints.DarkpoolTrade]:
    """The print. Whether it belongs to the asked day is the paging's question."""
    parse.of_symbol(raw, "ticker", seen.symbol)
    return (prints.read(raw, seen.symbol, seen.fetched_at),)


SOURCE = Source(
    name="darkpool_trades",
    path="/api/darkpool/{symbol}",
    table=("trading", "darkpool_trades"),
    row=prints.DarkpoolTrade,
    identity=prints.IDENTITY,
    restates=(*prints.NUMBERS, *prints.TEXTS, "trf_executed_at", "canceled", "extra"),
    seen="collection_time",
    vanishes="missing_since",
    parse=read,
    page=BySecond(limit=500, time_key="executed_at", slices=(("volume", "volume"), ("size", "size"))),
    priority=10,
    hours=Hours.EXTENDED,
    required=prints.TAKEN,
    road=Road.REST,
)
