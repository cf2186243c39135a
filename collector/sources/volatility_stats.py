"""Implied and realized volatility of a symbol with their range of one year: one object a day."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import daily, parse
from collector.core.source import Metric, Raw, Seen, Snapshot, Source

METRICS = {
    key: f"volatility_{key}" for key in ("iv", "iv_high", "iv_low", "iv_rank", "rv", "rv_high", "rv_low")
}


def read(raw: Raw, seen: Seen) -> Sequence[Metric]:
    """One row a metric, at the day's midnight; a metric that is null is not there yet."""
    parse.of_symbol(raw, "ticker", seen.symbol)
    return daily.metrics(raw, seen, METRICS)


SOURCE = Source(
    name="volatility_stats",
    path="/api/stock/{symbol}/volatility/stats",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=72,
    every_s=900,
    single=True,
    required=frozenset((*METRICS, "date", "ticker")),
)
