"""Shares of a session at each rounded price, off and on the exchanges."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import levels
from collector.core.source import Hours, Raw, Seen, Snapshot, Source

DARK, LIT = "dark_pool_volume", "regular_volume"


def read(raw: Raw, seen: Seen) -> Sequence[levels.PriceLevel]:
    """One bucket of prices."""
    return (levels.read(raw, seen, "darkpool", dark=DARK, lit=LIT),)


SOURCE = Source(
    name="darkpool_price_levels",
    path="/api/darkpool/{symbol}/price-levels",
    table=("trading", "price_levels"),
    row=levels.PriceLevel,
    identity=levels.IDENTITY,
    restates=levels.RESTATES,
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=62,
    required=frozenset((DARK, LIT, "price")),
    hours=Hours.EXTENDED,
    every_s=900,
)
