"""What market makers are assumed to have to hedge, minute by minute: gamma, charm and vanna."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import minutes
from collector.core.source import Metric, Raw, Seen, Snapshot, Source

# By open interest, by the day's volume, and by the day's volume with its direction.
BASES = ("oi", "vol", "dir")
METRICS = {
    f"{greek}_per_one_percent_move_{basis}": f"spot_{greek}_{basis}"
    for greek in ("gamma", "charm", "vanna")
    for basis in BASES
} | {"price": "spot_price"}


def read(raw: Raw, seen: Seen) -> Sequence[Metric]:
    """One row a metric, at the instant of the vendor's calculation."""
    return minutes.metrics(raw, seen, "time", METRICS)


SOURCE = Source(
    name="spot_exposures",
    path="/api/stock/{symbol}/spot-exposures",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=65,
    required=frozenset((*METRICS, "time")),
)
