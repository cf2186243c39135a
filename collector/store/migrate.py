"""Brings a database to this release: history is checked and extended, the present is re-applied."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from psycopg2.errors import DeadlockDetected
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.errors import DatabaseAway, MigrationRefused
from collector.store import files
from collector.store.database import migrator, transaction

OWNER = "darkpool_owner"
DEADLOCKS = 5
Result = TypeVar("Result")
LOCK = "select pg_advisory_lock(hashtext('darkpool migrations'))"
_TABLE = """
create schema if not exists ops;
create table if not exists ops.migrations (
    version    integer primary key,
    name       text not null,
    sha256     text not null,
    applied_at timestamptz not null default now()
);
comment on table ops.migrations is 'What was applied. Files are never edited: their SHA-256 is compared.';
comment on column ops.migrations.version is 'The file''s number.';
comment on column ops.migrations.name is 'The file''s name.';
comment on column ops.migrations.sha256 is 'Of the file''s bytes when it was applied.';
comment on column ops.migrations.applied_at is 'By the database''s clock.';
"""
# A day that became a holiday must go, or its data would be awaited for ever.
_SESSIONS = """
delete from ops.market_sessions m where not exists (select from incoming i where i.session_date = m.session_date);
insert into ops.market_sessions select * from incoming
on conflict (session_date) do update
    set opens_at = excluded.opens_at, closes_at = excluded.closes_at, options_close_at = excluded.options_close_at
    where market_sessions is distinct from excluded;
"""


@dataclass(frozen=True)
class Migration:
    """A file and what it was when it was read."""

    version: int
    path: Path
    sha256: str


@dataclass
class Outcome:
    """What a release changed."""

    applied: list[str] = field(default_factory=list)
    version: int = 0
    sessions: int = 0


def on_disk(folder: Path) -> list[Migration]:
    """In order; a gap or a double is refused."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        number = path.name.partition("_")[0]
        if not number.isdigit():
            raise MigrationRefused(f"{path.name} has no number: name it NNNN_what.sql")
        found.append(Migration(int(number), path, hashlib.sha256(path.read_bytes()).hexdigest()))
    if [m.version for m in found] != list(range(1, len(found) + 1)):
        raise MigrationRefused("migration numbers must be 1, 2, 3 ... without a gap or a double")
    return found


def migrate(dsn: str, root: Path | None = None) -> Outcome:
    """Applies what is new, one transaction a file; refuses a changed or missing old file."""
    root = root or files.root()
    connection = migrator(dsn)
    try:
        _become_owner(connection)
        with transaction(connection), connection.cursor() as cursor:
            cursor.execute(LOCK)
        with transaction(connection), connection.cursor() as cursor:
            cursor.execute(_TABLE)
        wanted = on_disk(root / "migrations")
        outcome = Outcome(version=len(wanted))
        for migration in wanted[_known(connection, wanted) :]:
            _past_deadlocks(partial(_apply, connection, migration))
            outcome.applied.append(migration.path.name)
        outcome.sessions = _past_deadlocks(partial(_present, connection, root))
        return outcome
    finally:
        connection.close()


def _become_owner(connection: Connection) -> None:
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", (OWNER,))
        if cursor.fetchone():
            cursor.execute(f"set role {OWNER}")


def _known(connection: Connection, wanted: list[Migration]) -> int:
    """How many of the wanted are applied; refuses if the two histories differ."""
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute("select version, name, sha256 from ops.migrations order by version")
        applied = cursor.fetchall()
    for (version, name, sha256), migration in zip(applied, wanted, strict=False):
        if (version, sha256) != (migration.version, migration.sha256):
            raise MigrationRefused(
                f"{migration.path.name} differs from {name} as it was applied: "
                "restore the file and put the change into a new migration"
            )
    if len(applied) > len(wanted):
        raise MigrationRefused(
            f"the database is at {applied[-1][0]}, this release ends at {len(wanted)}: "
            "release a newer version; going back needs a restore"
        )
    return len(applied)


def _past_deadlocks(step: Callable[[], Result], deadlocks: int = DEADLOCKS) -> Result:
    """The collector may hold what a step needs, the other way round: the step is one transaction, so it is repeated."""
    while True:
        deadlocks -= 1
        try:
            return step()
        except DatabaseAway as away:
            if not (deadlocks and isinstance(away.__cause__, DeadlockDetected)):
                raise


def _apply(connection: Connection, migration: Migration) -> None:
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute(migration.path.read_text(encoding="utf-8"))
        cursor.execute(
            "insert into ops.migrations (version, name, sha256) values (%s, %s, %s)",
            (migration.version, migration.path.name, migration.sha256),
        )


def _present(connection: Connection, root: Path) -> int:
    """Views, the calendar and grants are what the files say, at each release anew."""
    with transaction(connection), connection.cursor() as cursor:
        for path in sorted((root / "views").glob("*.sql")) + sorted((root / "roles").glob("*.sql")):
            cursor.execute(path.read_text(encoding="utf-8"))
        return _sessions(cursor, root / "reference" / "market_sessions.csv")


def _sessions(cursor: Cursor, path: Path) -> int:
    cursor.execute("create temporary table incoming (like ops.market_sessions) on commit drop")
    with path.open(encoding="utf-8") as file:
        cursor.copy_expert("copy incoming from stdin (format csv, header)", file)
    cursor.execute(_SESSIONS)
    cursor.execute("select count(*) from incoming")
    (count,) = cursor.fetchone() or (0,)
    return int(count)
