"""One page's rows into their table: what is stored and unchanged costs no write, what is new no look-up of its own.

Why in this order: docs/decisions/0006-known-rows-first.md
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.intervals import Interval
from collector.core.source import Source
from collector.store import copying, roads, statements
from collector.store.statements import Statements

_TURNS = "select pg_advisory_xact_lock(hashtext(%s), hashtext(%s))"
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Page:
    """Readable rows of one answer. `covered` is complete with them, or None if nothing may be concluded from it."""

    source: Source
    symbol: str
    rows: Sequence[Any]
    fetched_at: datetime
    covered: Interval | None = None


@dataclass(frozen=True)
class Change:
    """Rows that were new, known and changed, known and no longer shown."""

    stored: int = 0
    updated: int = 0
    missing: int = 0


class _Lines(NamedTuple):
    """A page's rows as COPY reads them; as they are recognized, and their times, where a page is an interval."""

    whole: Sequence[str]
    said: Sequence[str] = ()
    times: Sequence[str] = ()


def put(cursor: Cursor, page: Page) -> Change:
    """The page in as few steps as it needs.

    Raises:
        psycopg2.DataError, psycopg2.IntegrityError: a row is refused, or somebody who takes no turns was faster.
    """
    done = roads.meet(cursor, page.source, page.rows)
    if done is not None:
        return Change(*done)
    rows = _last_of_each(page.source, page.rows)
    if not rows:
        return Change()
    # Two writers of one symbol take turns, so what is looked up here stays true until the commit.
    cursor.execute(_TURNS, (".".join(page.source.table), page.symbol))
    found = statements.of(cursor, page.source)
    lines = _lines(page.source, found, rows)
    if not lines.times:
        return Change(*_merge(cursor, found, lines.whole))
    known = _known(cursor, found, page)
    gone = known.keys() - set(lines.said)
    fresh, other = _sorted_out(lines, known, gone)
    if fresh:
        cursor.copy_expert(found.copy, copying.file(fresh))
    stored, updated = _merge(cursor, found, other)
    return Change(len(fresh) + stored, updated, _mark(cursor, found, page, map(known.__getitem__, gone)))


def merge(cursor: Cursor, source: Source, rows: Sequence[Any]) -> Change:
    """The way that needs no turn: each row is new or known at the moment it is written."""
    done = roads.meet(cursor, source, rows)
    if done is not None:
        return Change(*done)
    if not rows:
        return Change()
    found = statements.of(cursor, source)
    cursor.execute(found.stage)
    cursor.execute(found.empty_stage)
    return Change(*_merge(cursor, found, _lines(source, found, _last_of_each(source, rows)).whole))


def _last_of_each(source: Source, rows: Sequence[Any]) -> Sequence[Any]:
    """Of two states in one page the last one stays."""
    places = [source.columns.index(name) for name in source.identity]
    # One column without a repeat proves it for all, and hashing is dear.
    if any(len({row[place] for row in rows}) == len(rows) for place in places):
        return rows
    return list({itemgetter(*places)(row): row for row in rows}.values())


def _lines(source: Source, found: Statements, rows: Sequence[Any]) -> _Lines:
    texts = dict(zip(source.columns, map(copying.texts, zip(*rows, strict=True)), strict=True))
    whole = copying.lines(texts.values())
    time = statements.time_column(source)
    if not time:
        return _Lines(whole)
    shown = [copying.NULL] * len(rows)
    return _Lines(whole, copying.lines(texts.get(name, shown) for name in found.said), texts[time])


def _known(cursor: Cursor, found: Statements, page: Page) -> Mapping[str, str]:
    """Stored rows of the page's time as lines, each with its id if the page ought to show it."""
    times = list(map(attrgetter(statements.time_column(page.source)), page.rows))
    start, end = page.covered or (times[0], times[0])
    values = {
        "symbol": page.symbol,
        "since": min(start, *times),
        "until": max(end, max(times) + _MOMENT),
        "covered_from": start,
        "covered_to": end,
        "fetched_at": page.fetched_at,
    }
    answer = io.StringIO()
    cursor.copy_expert(cursor.mogrify(found.known, values).decode(), answer)
    lines = (line.rpartition("\t") for line in answer.getvalue().split("\n")[:-1])
    return {line: row_id for line, _, row_id in lines}


def _sorted_out(lines: _Lines, known: Collection[str], gone: Iterable[str]) -> tuple[list[str], list[str]]:
    """What is surely new, and what may be a stored row in other words; what is stored as it is, is in neither.

    Where each stored row of an instant is on the page as it is, the page's other rows of that instant are new.
    """
    doubtful = {line.partition("\t")[0] for line in gone}
    fresh: list[str] = []
    other: list[str] = []
    for whole, said, time in zip(lines.whole, lines.said, lines.times, strict=True):
        if said not in known:
            (other if time in doubtful else fresh).append(whole)
    return fresh, other


def _merge(cursor: Cursor, found: Statements, lines: Sequence[str]) -> tuple[int, int]:
    """Into the stage, then one INSERT that updates what the vendor restated."""
    if not lines:
        return 0, 0
    cursor.execute(found.stage)
    cursor.copy_expert(found.copy_to_stage, copying.file(lines))
    cursor.execute(found.merge)
    inserted = [bool(new) for (new,) in cursor.fetchall()]
    return inserted.count(True), inserted.count(False)


def _mark(cursor: Cursor, found: Statements, page: Page, row_ids: Iterable[str]) -> int:
    """Marks rows that the page ought to show, unless they are on it in other words: those are in the stage."""
    ids = [int(row_id) for row_id in row_ids if row_id != copying.NULL]
    if not ids:
        return 0
    cursor.execute(found.stage)
    cursor.execute(found.mark, {"ids": ids, "fetched_at": page.fetched_at})
    return cursor.rowcount
