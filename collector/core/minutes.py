"""Feeds of numbers about a minute: one row becomes one metric a key."""

from __future__ import annotations

from collections.abc import Mapping

from collector.core import parse
from collector.core.errors import Unparsable
from collector.core.source import Metric, Raw, Seen


def metrics(raw: Raw, seen: Seen, time_key: str, types: Mapping[str, str]) -> list[Metric]:
    """A metric for each key of `types` (key to metric_type), at the row's own time in UTC.

    A number that is null is not there yet; Unparsable when none is there. All other keys are kept in `extra`.
    """
    at = parse.some_instant(raw, time_key)
    extra = parse.rest(raw, (*types, time_key))
    found = [
        Metric(seen.symbol, metric_type, value, at, seen.fetched_at, extra)
        for key, metric_type in types.items()
        if (value := parse.number(raw.get(key), key)) is not None
    ]
    if not found:
        raise Unparsable(f"none of {', '.join(types)} is there")
    return found
