"""A note beside each physical backup: what the tables held at one exact point of the write-ahead log.

A physical backup is replayed to wherever one wants, so a count that was taken "about then" proves nothing. All tables
are locked against writers for the moment in which a snapshot is taken and a restore point is written; the counting
comes afterwards, in that snapshot, while everybody writes on.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import repository
import table_facts
from backup_set import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from physical_settings import Settings

TRIES, PAUSE_S = 5, 2
TABLES = """
select 'lock table ' || string_agg(format('%I.%I', n.nspname, c.relname), ', ' order by c.oid) || ' in share mode'
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
having count(*) > 0
"""


def taken(settings: Settings) -> dict[str, Any]:
    """Note what every table holds at a new restore point, and see that the archive reaches it."""
    moment = datetime.now(timezone.utc)  # noqa: TID251 -- a program of its own, outside the collector's rooms
    point = f"darkpool-{moment:%Y%m%dT%H%M%SZ}"
    with table_facts.snapshot_later(settings.psql) as begin:
        with nobody_writes(settings):
            session = begin()
            lsn = session.ask(f"select pg_create_restore_point('{point}');")
        facts = session.facts()
    # Switches the segment and waits until every repository has it.
    repository.pgbackrest(settings, "check")
    return {"point": point, "lsn": lsn, "noted_at": moment.isoformat(timespec="seconds"), "tables": facts}


@contextlib.contextmanager
def nobody_writes(settings: Settings) -> Iterator[None]:
    """Hold all tables against writers; a long transaction is not waited for, as others would wait behind."""
    for attempt in range(TRIES):
        with locked(settings) as held:
            if held:
                yield
                return
        time.sleep(PAUSE_S * (attempt + 1))
    raise BackupError(
        "some transaction writes all the time, so that no moment could be noted: see pg_stat_activity"
    )


@contextlib.contextmanager
def locked(settings: Settings) -> Iterator[bool]:
    """Whether the locks were had; they go with the connection."""
    statement = repository.called([*settings.psql, "-XAtc", TABLES])
    with subprocess.Popen(
        [*settings.psql, "-XqAt", "-v", "ON_ERROR_STOP=1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, cwd="/",
    ) as session:  # fmt: skip
        session.stdin.write(f"set lock_timeout = '2s'; begin; {statement or 'select'}; select 'held';\n")
        session.stdin.flush()
        try:
            yield session.stdout.readline().strip() == "held"
        finally:
            with contextlib.suppress(BrokenPipeError):
                session.stdin.close()


def keep(settings: Settings, note: dict[str, Any], backup: repository.Backup) -> None:
    """Lay the note beside its backup."""
    text = json.dumps({"backup": backup.label, **note}, indent=1)
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        repository.put(settings, backup.repository, f"{backup.label}.json", file)


def of(settings: Settings, backup: repository.Backup) -> dict[str, Any]:
    """The note of a backup."""
    try:
        found: dict[str, Any] = json.loads(
            repository.get(settings, backup.repository, f"{backup.label}.json")
        )
    except (BackupError, ValueError) as error:
        raise BackupError(f"the note of {backup.label} cannot be read: {error}") from error
    return found


def beside(settings: Settings, place: repository.Repository) -> bool:
    """Whether the newest backup has its note: one that was killed before it is of no use to a drill."""
    return bool(place.backups) and f"{place.backups[-1].label}.json" in repository.names(
        settings, place.number
    )


def tidy(settings: Settings, place: repository.Repository) -> None:
    """Notes go with their backups."""
    there = {f"{one.label}.json" for one in place.backups}
    for name in repository.names(settings, place.number):
        if name[0].isdigit() and name not in there:
            repository.remove(settings, place.number, name)
