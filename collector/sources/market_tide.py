"""Market tide: running net premium and volume of the whole market, one row a minute."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import parse
from collector.core.source import Metric, Raw, Seen, Snapshot, Source

METRICS = ("net_call_premium", "net_put_premium", "net_volume")


def read(raw: Raw, seen: Seen) -> Sequence[Metric]:
    """One row a metric and minute."""
    at = parse.some_instant(raw, "timestamp")
    extra = parse.rest(raw, (*METRICS, "timestamp"))
    return [
        Metric(seen.symbol, f"market_tide_{key}", parse.some_number(raw, key), at, seen.fetched_at, extra)
        for key in METRICS
    ]


SOURCE = Source(
    name="market_tide",
    path="/api/market/market-tide",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=30,
    # The default step is not documented: always say which one.
    params={"interval_5m": "false"},
    per_symbol=False,
)
