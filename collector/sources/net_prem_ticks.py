"""Net premium, volume and delta of a symbol's options: what each minute added, no running total."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import minutes
from collector.core.source import Metric, Raw, Seen, Snapshot, Source

METRICS = {
    key: f"net_prem_{key}"
    for key in (
        *("net_call_premium", "net_call_volume", "net_put_premium", "net_put_volume", "net_delta"),
        *("call_volume", "call_volume_ask_side", "call_volume_bid_side"),
        *("put_volume", "put_volume_ask_side", "put_volume_bid_side"),
    )
}


def read(raw: Raw, seen: Seen) -> Sequence[Metric]:
    """One row a metric and minute of the tape."""
    return minutes.metrics(raw, seen, "tape_time", METRICS)


SOURCE = Source(
    name="net_prem_ticks",
    path="/api/stock/{symbol}/net-prem-ticks",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=38,
    required=frozenset((*METRICS, "date", "tape_time")),
)
