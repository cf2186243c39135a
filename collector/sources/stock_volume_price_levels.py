"""Shares of a session at each price that it traded at: FINRA's facilities and the exchanges that Nasdaq operates."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import levels
from collector.core.source import Hours, Raw, Seen, Snapshot, Source

DARK, LIT = "off_vol", "lit_vol"


def read(raw: Raw, seen: Seen) -> Sequence[levels.PriceLevel]:
    """One price; the vendor sends it as a JSON number."""
    return (levels.read(raw, seen, "stock_volume", dark=DARK, lit=LIT),)


SOURCE = Source(
    name="stock_volume_price_levels",
    path="/api/stock/{symbol}/stock-volume-price-levels",
    table=("trading", "price_levels"),
    row=levels.PriceLevel,
    identity=levels.IDENTITY,
    restates=levels.RESTATES,
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=60,
    required=frozenset((DARK, LIT, "price")),
    hours=Hours.EXTENDED,
    every_s=900,
)
