"""Market tide: running net premium and volume of the whole market, one row a minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from collector.core import parse
from collector.core.errors import BadPayload
from collector.core.source import WHOLE_MARKET, Metric, Raw, Seen, Snapshot, Source

METRICS = ("net_call_premium", "net_put_premium", "net_volume")


def a_minute_apart(raws: Sequence[Raw]) -> None:
    """BadPayload when the step that came back is not the minute that was asked for (API.md 4)."""
    times = sorted(parse.some_instant(raw, "timestamp") for raw in raws)
    steps = {later - earlier for earlier, later in pairwise(times)}
    if steps and min(steps) != timedelta(minutes=1):
        raise BadPayload(f"rows are {min(steps)} apart where a minute was asked for")


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
    scope=WHOLE_MARKET,
    required=frozenset((*METRICS, "timestamp")),
    verify=a_minute_apart,
)
