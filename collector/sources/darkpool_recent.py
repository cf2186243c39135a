"""The newest prints of the whole market: a sample of every symbol, also of those that nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import parse, prints
from collector.core.errors import Unparsable
from collector.core.source import WHOLE_MARKET, Hours, Raw, Road, Seen, Snapshot, Source

NEWEST = 200


def read(raw: Raw, seen: Seen) -> Sequence[prints.DarkpoolTrade]:
    """The print, under its own symbol."""
    symbol = parse.text(parse.required(raw, "ticker"), "ticker")
    if not symbol:
        raise Unparsable("ticker is empty")
    return (prints.read(raw, symbol, seen.fetched_at),)


SOURCE = Source(
    name="darkpool_recent",
    path="/api/darkpool/recent",
    table=("trading", "darkpool_trades"),
    row=prints.DarkpoolTrade,
    identity=prints.IDENTITY,
    # Nothing else: the sweep of a wanted symbol says what its prints look like.
    restates=("canceled",),
    seen="collection_time",
    parse=read,
    page=Snapshot(keeps=NEWEST, sample=True),
    priority=78,
    params={"limit": str(NEWEST)},
    scope=WHOLE_MARKET,
    hours=Hours.EXTENDED,
    required=prints.TAKEN,
    dated=False,
    road=Road.REST,
)
