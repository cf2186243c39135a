"""Stores one answer: rows, quarantine, ledger and coverage in one transaction, or nothing of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.intervals import Interval
from collector.core.source import Source
from collector.store import files, roads
from collector.store.database import first_line, transaction

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


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


@dataclass
class Counts:
    """What storing did."""

    stored: int = 0
    updated: int = 0
    quarantined: int = 0
    served: int = 0
    requests: int = 0
    spooled: int = 0

    def add(self, other: Counts) -> None:
        """Sums up a walk."""
        self.stored += other.stored
        self.updated += other.updated
        self.quarantined += other.quarantined
        self.served += other.served
        self.requests += other.requests
        self.spooled += other.spooled


@dataclass
class _Work:
    counts: Counts
    rejects: list[Reject] = field(default_factory=list)


def store(connection: Connection, batch: Batch) -> Counts:
    """Commits the whole answer; raises and leaves nothing when the database is away."""
    with transaction(connection), connection.cursor() as cursor:
        work = _Work(Counts(served=batch.served, requests=1), list(batch.rejects))
        _rows(cursor, batch, batch.parsed, work)
        for reject in work.rejects:
            work.counts.quarantined += _quarantine(cursor, batch, reject)
        for key, rows in batch.drift.items():
            _note_drift(cursor, batch, key, rows)
        _note(cursor, batch, work.counts)
    return work.counts


def _rows(cursor: Cursor, batch: Batch, parsed: Sequence[Parsed], work: _Work) -> None:
    """What PostgreSQL refuses is halved until the one bad row is found, and only that is set aside."""
    if not parsed:
        return
    cursor.execute("savepoint page")
    try:
        stored, updated = _merge(cursor, batch.source, [row for one in parsed for row in one.rows])
    except (psycopg2.DataError, psycopg2.IntegrityError) as reason:
        cursor.execute("rollback to savepoint page")
        if len(parsed) == 1:
            work.rejects.append(Reject(first_line(reason), parsed[0].raw))
            return
        middle = len(parsed) // 2
        _rows(cursor, batch, parsed[:middle], work)
        _rows(cursor, batch, parsed[middle:], work)
    else:
        cursor.execute("release savepoint page")
        work.counts.stored += stored
        work.counts.updated += updated


def _merge(cursor: Cursor, source: Source, rows: Sequence[Any]) -> tuple[int, int]:
    """COPY into a stage, then one INSERT that drops repeats and updates what the vendor restated."""
    done = roads.meet(cursor, source, rows)
    if done is not None:
        return done
    target = sql.Identifier(*source.table)
    columns = _names(source.columns)
    cursor.execute(
        sql.SQL(
            "create temporary table stage on commit drop as select {columns}, 0::bigint as place from {target} limit 0"
        ).format(columns=columns, target=target)
    )
    cursor.copy_expert(
        sql.SQL("copy stage ({columns}, place) from stdin").format(columns=columns),
        _copied(rows),
    )
    cursor.execute(_insert(source, target, columns))
    inserted = [bool(new) for (new,) in cursor.fetchall()]
    cursor.execute("drop table stage")
    return inserted.count(True), inserted.count(False)


def _copied(rows: Sequence[Any]) -> io.StringIO:
    """COPY's text format: only it tells an empty text from a missing one on every Python."""
    lines = ("\t".join((*map(_field, row), str(place))) for place, row in enumerate(rows))
    return io.StringIO("".join(f"{line}\n" for line in lines))


def _field(value: object) -> str:
    if value is None:
        return r"\N"
    return str(value).translate(_ESCAPES)


def _insert(source: Source, target: sql.Identifier, columns: sql.Composable) -> sql.Composed:
    identity = _names(source.identity)
    return sql.SQL(
        "insert into {target} as kept ({columns}) "
        "select distinct on ({identity}) {columns} from stage order by {identity}, place desc "
        "on conflict ({identity}) do {action} returning kept.xmax = 0"
    ).format(target=target, columns=columns, identity=identity, action=_action(source))


def _action(source: Source) -> sql.Composable:
    if not source.restates:
        return sql.SQL("nothing")
    compared = [name for name in source.restates if name not in source.unless_changed]
    return sql.SQL("update set {sets}, restated_at = {seen} where ({old}) is distinct from ({new})").format(
        sets=sql.SQL(", ").join(
            sql.SQL("{name} = excluded.{name}").format(name=sql.Identifier(name)) for name in source.restates
        ),
        seen=sql.Identifier("excluded", source.seen),
        old=sql.SQL(", ").join(sql.Identifier("kept", name) for name in compared),
        new=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in compared),
    )


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _quarantine(cursor: Cursor, batch: Batch, reject: Reject) -> int:
    cursor.execute(
        files.query("keep_in_quarantine"),
        {
            "run_id": batch.run_id,
            "feed": batch.source.name,
            "symbol": batch.symbol,
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
            "covered_from": start,
            "covered_to": end,
            "settled": batch.settled,
            "confirmed": batch.confirmed,
            "collected_at": batch.fetched_at,
        },
    )
