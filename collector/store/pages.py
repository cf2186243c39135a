"""Stores one answer: rows, quarantine, ledger and coverage in one transaction, or nothing of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.intervals import Interval
from collector.core.source import Source
from collector.store import files, partitions
from collector.store.database import first_line, transaction
from collector.store.rows import Change, Page, merge, put


@dataclass(frozen=True)
class Reject:
    """A row that could not be read."""

    reason: str
    raw: str


@dataclass(frozen=True)
class Parsed:
    """The rows of one answered row; `raw` is kept for the case that PostgreSQL refuses them."""

    rows: Sequence[Any]
    raw: str


@dataclass(frozen=True)
class Batch:
    """One answer, ready to be stored."""

    run_id: str
    source: Source
    symbol: str
    session_date: date
    fetched_at: datetime
    parsed: Sequence[Parsed] = ()
    rejects: Sequence[Reject] = ()
    covered: Interval | None = None
    settled: bool = False
    confirmed: bool = False
    drift: Mapping[str, int] = field(default_factory=dict)
    served: int = 0
    requests: int = 1


@dataclass
class Counts:
    """What storing did."""

    stored: int = 0
    updated: int = 0
    missing: int = 0
    quarantined: int = 0
    served: int = 0
    requests: int = 0
    spooled: int = 0

    def add(self, other: Counts) -> None:
        """Sums up a walk."""
        self.stored += other.stored
        self.updated += other.updated
        self.missing += other.missing
        self.quarantined += other.quarantined
        self.served += other.served
        self.requests += other.requests
        self.spooled += other.spooled


@dataclass
class _Work:
    counts: Counts
    rejects: list[Reject] = field(default_factory=list)

    def add(self, change: Change) -> None:
        self.counts.stored += change.stored
        self.counts.updated += change.updated
        self.counts.missing += change.missing


Rows = Callable[[Cursor, Batch, _Work], None]


# More for the transaction of an answer, told what of it PostgreSQL or the parser refused; if it raises, nothing stays.
Also = Callable[[Cursor, Sequence[Reject]], None]


def store(connection: Connection, batch: Batch, also: Also | None = None) -> Counts:
    """Commits the whole answer; raises and leaves nothing when the database is away."""
    _partitions(connection, batch)
    try:
        return _store(connection, batch, _at_once, also)
    except (psycopg2.DataError, psycopg2.IntegrityError):
        partitions.forget(connection)
        _partitions(connection, batch)
        return _store(connection, batch, _one_by_one, also)


def _partitions(connection: Connection, batch: Batch) -> None:
    readable = (row for one in batch.parsed for row in one.rows)
    partitions.ready(connection, batch.source, readable, batch.fetched_at)


def _store(connection: Connection, batch: Batch, rows: Rows, also: Also | None) -> Counts:
    with transaction(connection), connection.cursor() as cursor:
        work = _Work(Counts(served=batch.served, requests=batch.requests), list(batch.rejects))
        rows(cursor, batch, work)
        for reject in work.rejects:
            work.counts.quarantined += _quarantine(cursor, batch, reject)
        for key, lacking in batch.drift.items():
            _note_drift(cursor, batch, key, lacking)
        _note(cursor, batch, work.counts)
        if also:
            also(cursor, work.rejects)
    return work.counts


def _at_once(cursor: Cursor, batch: Batch, work: _Work) -> None:
    """A row that could not be read may be a stored one: then nothing is said to be missing."""
    covered = None if batch.rejects else batch.covered
    readable = [row for one in batch.parsed for row in one.rows]
    work.add(put(cursor, Page(batch.source, batch.symbol, readable, batch.fetched_at, covered)))


def _one_by_one(cursor: Cursor, batch: Batch, work: _Work) -> None:
    _halved(cursor, batch.source, batch.parsed, work)


def _halved(cursor: Cursor, source: Source, parsed: Sequence[Parsed], work: _Work) -> None:
    """What PostgreSQL refuses is halved until the one bad row is found, and only that is set aside."""
    if not parsed:
        return
    cursor.execute("savepoint page")
    try:
        change = merge(cursor, source, [row for one in parsed for row in one.rows])
    except (psycopg2.DataError, psycopg2.IntegrityError) as reason:
        cursor.execute("rollback to savepoint page")
        if len(parsed) == 1:
            work.rejects.append(Reject(first_line(reason), parsed[0].raw))
            return
        middle = len(parsed) // 2
        _halved(cursor, source, parsed[:middle], work)
        _halved(cursor, source, parsed[middle:], work)
    else:
        cursor.execute("release savepoint page")
        work.add(change)


def _quarantine(cursor: Cursor, batch: Batch, reject: Reject) -> int:
    cursor.execute(
        files.query("keep_in_quarantine"),
        {
            "run_id": batch.run_id,
            "feed": batch.source.name,
            "symbol": batch.symbol,
            "session_date": batch.session_date,
            "fetched_at": batch.fetched_at,
            "reason": reject.reason,
            "raw": reject.raw,
            "raw_sha256": hashlib.sha256(reject.raw.encode()).hexdigest(),
        },
    )
    return cursor.rowcount


def _note_drift(cursor: Cursor, batch: Batch, key: str, rows: int) -> None:
    cursor.execute(
        files.query("note_drift"),
        {"feed": batch.source.name, "key": key, "rows": rows, "seen_at": batch.fetched_at},
    )


def _note(cursor: Cursor, batch: Batch, counts: Counts) -> None:
    """Ledger and coverage say what this transaction holds, no more."""
    start, end = batch.covered or (None, None)
    cursor.execute(
        files.query("note_page"),
        {
            "run_id": batch.run_id,
            "feed": batch.source.name,
            "symbol": batch.symbol,
            "session_date": batch.session_date,
            "requests": counts.requests,
            "served": counts.served,
            "stored": counts.stored,
            "updated": counts.updated,
            "quarantined": counts.quarantined,
            "missing": counts.missing,
            "covered_from": start,
            "covered_to": end,
            "settled": batch.settled,
            "confirmed": batch.confirmed,
            "collected_at": batch.fetched_at,
        },
    )
