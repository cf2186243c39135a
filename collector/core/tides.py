"""What the tides of the market, of a sector and of an ETF have in common: their row, their step, their metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise

from collector.core import parse
from collector.core.errors import BadPayload
from collector.core.source import Metric, Raw, Seen

METRICS = ("net_call_premium", "net_put_premium", "net_volume")
REQUIRED = frozenset((*METRICS, "timestamp"))
MINUTE = timedelta(minutes=1)


def reader(prefix: str) -> Callable[[Raw, Seen], Sequence[Metric]]:
    """A parser that makes one row a metric and minute; the metric's type begins with the prefix."""

    def read(raw: Raw, seen: Seen) -> Sequence[Metric]:
        at = parse.some_instant(raw, "timestamp")
        extra = parse.rest(raw, (*METRICS, "timestamp"))
        return [
            Metric(seen.symbol, f"{prefix}_{key}", parse.some_number(raw, key), at, seen.fetched_at, extra)
            for key in METRICS
        ]

    return read


def a_minute_apart(raws: Sequence[Raw]) -> None:
    """BadPayload when the step that came back is not the minute of a tide.

    Minutes may be missing; a row whose time cannot be read is the parser's question.
    """
    times = sorted({at for raw in raws if (at := parse.readable_instant(raw, "timestamp")) is not None})
    steps = {later - earlier for earlier, later in pairwise(times)}
    if steps and min(steps) != MINUTE:
        raise BadPayload(f"rows are {min(steps)} apart where a minute was asked for")
