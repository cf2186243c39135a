"""Market tide: running net premium and volume of the whole market, one row a minute."""

from __future__ import annotations

from collector.core import tides
from collector.core.source import WHOLE_MARKET, Metric, Snapshot, Source

SOURCE = Source(
    name="market_tide",
    path="/api/market/market-tide",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=tides.reader("market_tide"),
    page=Snapshot(),
    priority=30,
    # The default step is not documented: always say which one.
    params={"interval_5m": "false"},
    scope=WHOLE_MARKET,
    required=tides.REQUIRED,
    verify=tides.a_minute_apart,
)
