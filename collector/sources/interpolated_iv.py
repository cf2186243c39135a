"""Implied volatility of a symbol interpolated to fixed numbers of days, with its percentile and implied move."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import daily, parse
from collector.core.errors import Unparsable
from collector.core.source import Metric, Raw, Seen, Snapshot, Source

# What comes behind the tenor in the metric's type.
METRICS = {"volatility": "", "percentile": "_percentile", "implied_move_perc": "_implied_move"}


def read(raw: Raw, seen: Seen) -> Sequence[Metric]:
    """One row a metric of the tenor, at the day's midnight; a metric that is null is not there yet."""
    days = parse.integer(raw, "days")
    if days < 1:
        raise Unparsable("days is not a tenor")
    return daily.metrics(raw, seen, {key: f"interpolated_iv_{days}d{end}" for key, end in METRICS.items()})


SOURCE = Source(
    name="interpolated_iv",
    path="/api/stock/{symbol}/interpolated-iv",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    priority=70,
    every_s=900,
    required=frozenset((*METRICS, "date", "days")),
)
