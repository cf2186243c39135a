"""Walks a hole from its newest second to its oldest. Pure: it asks by `fetch` and yields what to store.

Newest first by the second, arbitrary inside a second, `older_than` strict: so the oldest second of
a full page may be cut, and the next page begins one second above it. Where `older_than` is inclusive,
rows of its own second may come a second time; the walk goes the same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.core import parse
from collector.core.clock import SECOND, whole_second
from collector.core.errors import BadPayload
from collector.core.intervals import Interval
from collector.core.source import BySecond, Raw
from collector.jobs import slicing

Fetch = Callable[[Mapping[str, str]], Sequence[Raw]]
MOST_SLICES = 200
NOTHING = timedelta(0)


@dataclass(frozen=True)
class Page:
    """Rows, and the interval that is complete once they are stored; `stuck` cannot be completed.

    All rows of `covered` are on the page; a crowded second took more than one of the `requests`.
    """

    rows: Sequence[Raw]
    covered: Interval | None = None
    stuck: Interval | None = None
    requests: int = 1


def walk(rule: BySecond, hole: Interval, fetch: Fetch) -> Iterator[Page]:
    """Pages until the hole is through; each must be stored before the next is asked for."""
    start, cursor = hole
    while cursor > start:
        rows = fetch(_asked(rule, start, cursor))
        if len(rows) < rule.limit:
            yield Page(rows, covered=(start, cursor))
            return
        # Rows of the bound itself alone do not take the walk any further down.
        oldest = min(_oldest_second(rule, rows, cursor), cursor - SECOND)
        if oldest + SECOND < cursor:
            yield Page(rows, covered=(max(start, oldest + SECOND), cursor))
            cursor = oldest + SECOND
        else:
            yield Page(rows)
            yield _one_second(rule, oldest, rows, fetch)
            cursor = oldest


def _one_second(rule: BySecond, second: datetime, rows: Sequence[Raw], fetch: Fetch) -> Page:
    """A second with more rows than a page: its slices' rows together, each once."""
    whole = (second, second + SECOND)
    found = {_key(row): row for row in rows}
    asked = 0

    def ask(piece: slicing.Slice) -> slicing.Answered:
        nonlocal asked
        if asked >= MOST_SLICES:
            return slicing.Answered((), whole=False)
        asked += 1
        page = fetch({**_asked(rule, second, second + SECOND), **slicing.params(piece)})
        # Older seconds follow in the answer only when this second is through.
        ended = len(page) < rule.limit or _oldest_second(rule, page, second + SECOND) < second
        return slicing.Answered([row for row in page if _is_in(row, rule, second)], ended)

    complete = True
    for answered in slicing.cut(rule.slices, slicing.WHOLE, rows, ask, rule.limit):
        complete = complete and answered.whole
        found |= {_key(row): row for row in answered.rows}
    kept = list(found.values())
    return Page(kept, covered=whole, requests=asked) if complete else Page(kept, stuck=whole, requests=asked)


def _key(row: Raw) -> str:
    return json.dumps(row, default=str, sort_keys=True)


def _is_in(row: Raw, rule: BySecond, second: datetime) -> bool:
    """Of the second, or of an inclusive bound above it, or to be set aside when it is stored."""
    at = parse.readable_instant(row, rule.time_key)
    return at is None or at >= second


def _asked(rule: BySecond, start: datetime, cursor: datetime) -> dict[str, str]:
    asked = {"older_than": str(int(cursor.timestamp())), "limit": str(rule.limit)}
    # A second of slack: whether the bound itself is answered is not documented.
    return asked | ({rule.since: str(int(start.timestamp()) - 1)} if rule.since else {})


def _oldest_second(rule: BySecond, rows: Sequence[Raw], cursor: datetime) -> datetime:
    """The second a full page ends in; an answer that is not what was asked for is refused."""
    times = [at for row in rows if (at := parse.readable_instant(row, rule.time_key)) is not None]
    if not times:
        raise BadPayload("a full page without one readable time")
    if max(times) >= cursor + (SECOND if rule.inclusive else NOTHING):
        raise BadPayload("the answer has rows that are not older than was asked for")
    return whole_second(min(times))
