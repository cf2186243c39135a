"""Sector tide: net premium and volume of a sector's companies, one row a minute; the symbol is the sector's name."""

from __future__ import annotations

from collector.core import tides
from collector.core.source import Metric, Snapshot, Source

SECTORS = (
    "Basic Materials",
    "Communication Services",
    "Consumer Cyclical",
    "Consumer Defensive",
    "Energy",
    "Financial Services",
    "Healthcare",
    "Industrials",
    "Real Estate",
    "Technology",
    "Utilities",
)

SOURCE = Source(
    name="sector_tide",
    path="/api/market/{symbol}/sector-tide",
    table=("trading", "market_metrics"),
    row=Metric,
    identity=("symbol", "metric_type", "timestamp"),
    restates=("value", "collected_at", "extra"),
    unless_changed=("collected_at",),
    parse=tides.reader("sector_tide"),
    page=Snapshot(),
    priority=75,
    scope=SECTORS,
    every_s=900,
    required=tides.REQUIRED,
    verify=tides.a_minute_apart,
)
