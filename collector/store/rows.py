"""One page's rows into their table: what is stored and unchanged costs no write, what is new no look-up of its own.

Why in this order: docs/decisions/0006-known-rows-first.md
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.clock import new_york_date
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


class _Texts:
    """A page's rows as COPY's texts, a column at a time: each is written once, and only if it is asked for."""

    def __init__(self, source: Source, rows: Sequence[Any]) -> None:
        self._places = {name: place for place, name in enumerate(source.columns)}
        self._rows = rows
        self._made: dict[str, Sequence[str]] = {}

    def __getitem__(self, name: str) -> Sequence[str]:
        """The column's texts; one that the source has not is null in what it shows."""
        if name not in self._made:
            place = self._places.get(name)
            self._made[name] = (
                [copying.NULL] * len(self._rows)
                if place is None
                else copying.texts([row[place] for row in self._rows])
            )
        return self._made[name]

    def lines(self, names: Iterable[str], which: Sequence[int] | None = None) -> list[str]:
        """These columns, of all rows or of those in these places."""
        columns = (self[name] for name in names)
        if which is None or len(which) == len(self._rows):
            return copying.lines(columns)
        return copying.lines([column[place] for place in which] for column in columns)


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
    texts, columns = _Texts(page.source, rows), page.source.columns
    time = statements.time_column(page.source)
    if not time:
        return Change(*_merge(cursor, found, texts.lines(columns)))
    known = _known(cursor, found, page)
    said = texts.lines(found.said) if known else []
    gone = known.keys() - set(said)
    fresh, other = _sorted_out(said, texts[time], known, gone) if known else (range(len(rows)), ())
    if fresh:
        cursor.copy_expert(found.copy, copying.file(texts.lines(columns, fresh)))
    stored, updated = _merge(cursor, found, texts.lines(columns, other) if other else ())
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
    lines = _Texts(source, _last_of_each(source, rows)).lines(source.columns)
    return Change(*_merge(cursor, found, lines))


def _last_of_each(source: Source, rows: Sequence[Any]) -> Sequence[Any]:
    """Of two states in one page the last one stays."""
    places = [source.columns.index(name) for name in source.identity]
    # One column without a repeat proves it for all, and hashing is dear.
    if any(len({row[place] for row in rows}) == len(rows) for place in places):
        return rows
    return list({itemgetter(*places)(row): row for row in rows}.values())


def _known(cursor: Cursor, found: Statements, page: Page) -> Mapping[str, str]:
    """Stored rows of the page's time as lines, each with its id if the page ought to show it."""
    times = list(map(attrgetter(statements.time_column(page.source)), page.rows))
    start, end = page.covered or (times[0], times[0])
    since, until = min(start, *times), max(end, max(times) + _MOMENT)
    values = {
        "symbol": page.symbol,
        "since": since,
        "until": until,
        "since_day": new_york_date(since),
        "until_day": new_york_date(until),
        "covered_from": start,
        "covered_to": end,
        "fetched_at": page.fetched_at,
    }
    answer = io.StringIO()
    cursor.copy_expert(cursor.mogrify(found.known, values).decode(), answer)
    lines = (line.rpartition("\t") for line in answer.getvalue().split("\n")[:-1])
    return {line: row_id for line, _, row_id in lines}


def _sorted_out(
    said: Sequence[str], times: Sequence[str], known: Collection[str], gone: Iterable[str]
) -> tuple[list[int], list[int]]:
    """Places of what is surely new, and of what may be a stored row in other words; what is stored is in neither.

    Where each stored row of an instant is on the page as it is, the page's other rows of that instant are new.
    """
    doubtful = {line.partition("\t")[0] for line in gone}
    fresh: list[int] = []
    other: list[int] = []
    for place, (line, time) in enumerate(zip(said, times, strict=True)):
        if line not in known:
            (other if time in doubtful else fresh).append(place)
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
    start, end = page.covered or (page.fetched_at, page.fetched_at)
    values = {"ids": ids, "fetched_at": page.fetched_at, "covered_from": start, "covered_to": end}
    cursor.execute(found.mark, values)
    return cursor.rowcount
