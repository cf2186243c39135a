"""IV rank, volatility and close of a symbol: five days, today's row is refreshed through the day."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import daily, parse
from collector.core.source import Metric, Raw, Seen, Snapshot, Source

METRICS = {"iv_rank_1y": "iv_rank", "volatility": "iv_volatility", "close": "iv_close"}


def read(raw: Raw, seen: Seen) -> Sequence[Metric]:
    """One row a metric, at the day's midnight; a metric that is null is not there yet."""
    parse.required(raw, "iv_rank_1y")
    return daily.metrics(raw, seen, METRICS)


SOURCE = Source(
    name="iv_rank",
    path="/api/stock/{symbol}/iv-rank",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=read,
    page=Snapshot(),
    # Before the flow: each of its rows carries the newest rank that is known.
    priority=12,
    required=frozenset((*METRICS, "date", "updated_at")),
    dated=False,
)
