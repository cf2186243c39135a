"""Walks a hole from its newest second to its oldest. Pure: it asks by `fetch` and yields what to store.

Newest first by the second, arbitrary inside a second, `older_than` strict: so the oldest second of
a full page may be cut, and the next page begins one second above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.core import parse
from collector.core.clock import SECOND, whole_second
from collector.core.errors import BadPayload, Unparsable
from collector.core.intervals import Interval
from collector.core.source import BySecond, Raw
from collector.jobs import slicing

Fetch = Callable[[Mapping[str, str]], Sequence[Raw]]
MOST_SLICES = 200


@dataclass(frozen=True)
class Page:
    """Rows, and the interval that is complete once they are stored; `stuck` cannot be completed.

    `repeats`: the rows came with earlier pages, and are here so that all of `covered` is on one page.
    """

    rows: Sequence[Raw]
    covered: Interval | None = None
    stuck: Interval | None = None
    repeats: bool = False


def walk(rule: BySecond, hole: Interval, fetch: Fetch) -> Iterator[Page]:
    """Pages until the hole is through; each must be stored before the next is asked for."""
    start, cursor = hole
    while cursor > start:
        rows = fetch(_asked(rule, cursor))
        if len(rows) < rule.limit:
            yield Page(rows, covered=(start, cursor))
            return
        oldest = _oldest_second(rule, rows, cursor)
        if oldest + SECOND < cursor:
            yield Page(rows, covered=(max(start, oldest + SECOND), cursor))
            cursor = oldest + SECOND
        else:
            yield Page(rows)
            yield from _one_second(rule, oldest, rows, fetch)
            cursor = oldest


def _one_second(rule: BySecond, second: datetime, rows: Sequence[Raw], fetch: Fetch) -> Iterator[Page]:
    """A second with more rows than a page, cut into slices until each is shorter than a page."""
    whole = (second, second + SECOND)
    waiting = slicing.cuts(rule.slices, slicing.WHOLE, rows)
    stuck = not waiting
    whole_rows: list[Raw] = []
    asked = 0
    while waiting and asked < MOST_SLICES:
        piece = waiting.pop()
        asked += 1
        rows = fetch({**_asked(rule, second + SECOND), **slicing.params(piece)})
        yield Page(rows)
        # Older seconds follow in the answer only when this second is through.
        if len(rows) < rule.limit or _oldest_second(rule, rows, second + SECOND) < second:
            whole_rows += [row for row in rows if (_time(row, rule.time_key) or second) >= second]
            continue
        smaller = slicing.cuts(rule.slices, piece, rows)
        stuck = stuck or not smaller
        waiting += smaller
    if stuck or waiting:
        yield Page((), stuck=whole)
    else:
        yield Page(whole_rows, covered=whole, repeats=True)


def _asked(rule: BySecond, cursor: datetime) -> dict[str, str]:
    return {"older_than": str(int(cursor.timestamp())), "limit": str(rule.limit)}


def _oldest_second(rule: BySecond, rows: Sequence[Raw], cursor: datetime) -> datetime:
    """The second a full page ends in; an answer that is not what was asked for is refused."""
    times = [at for row in rows if (at := _time(row, rule.time_key)) is not None]
    if not times:
        raise BadPayload("a full page without one readable time")
    if max(times) >= cursor:
        raise BadPayload("the answer has rows that are not older than was asked for")
    return whole_second(min(times))


def _time(row: Raw, key: str) -> datetime | None:
    """None for a row that will be quarantined when the page is stored."""
    try:
        return parse.some_instant(row, key)
    except Unparsable:
        return None
