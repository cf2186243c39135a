"""From an answer's JSON to a batch that can be stored: nothing is dropped without a reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from collector.core import parse
from collector.core.clock import new_york_date
from collector.core.errors import BadPayload, Unparsable
from collector.core.source import BySecond, Raw, Seen, Source
from collector.store.pages import Parsed, Reject


def rows_of(value: Any, *, single: bool = False) -> Sequence[Raw]:  # noqa: ANN401 - whatever JSON holds
    """Bare arrays and {"data": [...]}: both occur, for the same feed too; `single`: one object instead."""
    found = value.get("data") if isinstance(value, dict) else value
    if single and isinstance(found, dict):
        return [found]
    if single or not isinstance(found, list):
        raise BadPayload(f"the answer holds no {'object' if single else 'list of rows'}")
    return found


def begins_at(rule: BySecond, value: Any) -> datetime | None:  # noqa: ANN401 - whatever JSON holds
    """Where the answer itself says that it begins: the time before was not looked at. None when it does not say."""
    return parse.readable_instant(value, rule.since) if rule.since else None


def drift(source: Source, raws: Sequence[Any]) -> Counter[str]:
    """Required keys that are gone, with the number of rows that lack each: a null is there, a missing key is not."""
    return Counter(key for raw in raws if isinstance(raw, dict) for key in source.required - raw.keys())


def read(source: Source, raws: Sequence[Any], seen: Seen) -> tuple[list[Parsed], list[Reject]]:
    """Rows, and what could not be read."""
    parsed, rejects = [], []
    for raw in raws:
        try:
            row = _object(raw)
            if not _of_another_day(source, row, seen):
                parsed.append(Parsed(source.parse(row, seen), _text(raw)))
        except Unparsable as reason:  # noqa: PERF203 - one bad row must not cost the others
            rejects.append(Reject(str(reason), _text(raw)))
    return parsed, rejects


def _object(raw: object) -> Raw:
    if not isinstance(raw, dict):
        raise Unparsable("the row is not an object")
    return raw


def _of_another_day(source: Source, raw: Raw, seen: Seen) -> bool:
    """`date` leaks the evening before: it belongs to, and is asked for with, its own session."""
    if not isinstance(source.page, BySecond):
        return False
    return new_york_date(parse.some_instant(raw, source.page.time_key)) != seen.session_date


def _text(raw: object) -> str:
    """ASCII, so that any text column can hold it."""
    return json.dumps(raw, default=str)
