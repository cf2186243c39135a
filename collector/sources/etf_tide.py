"""ETF tide: net premium and volume of what an ETF holds, one row a minute; a symbol that is no ETF has none."""

from __future__ import annotations

from collector.core import tides
from collector.core.source import Metric, Snapshot, Source

SOURCE = Source(
    name="etf_tide",
    path="/api/market/{symbol}/etf-tide",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=tides.reader("etf_tide"),
    page=Snapshot(),
    priority=67,
    partial=True,
    required=tides.REQUIRED,
    verify=tides.a_minute_apart,
)
