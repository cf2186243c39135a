"""`collector retain`: the declared policy. Months that are old go to files, and leave the table once that is proven.

Each step can be the last before a power cut: the next run begins the unit anew, and rows are in files only after the
same transaction took them out of the table (docs/decisions/0052-archive.md).
"""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from psycopg2.errors import RaiseException
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core import logging
from collector.core.errors import AnotherRun, CollectorError, Terminal
from collector.core.settings import Settings
from collector.jobs import partitions
from collector.jobs.command import Argument, Command, Say, clock_of, reading, settings_of
from collector.jobs.lock import only_one
from collector.jobs.market import in_words, market
from collector.jobs.run import log_to
from collector.store import database, reads
from collector.store.archive import files
from collector.store.archive.unit import Unit
from collector.store.knowledge import packaged_calendar

MEGABYTE = 1_000_000
# Before the bell nothing heavy begins any more.
QUIET_MINUTES = 60
SPARE = 512 * MEGABYTE
THINNED = "options_flow"


def policy(settings: Settings, table: str) -> dict[str, object]:
    """A table's line of ops.retention; 0 in the settings is never."""
    months = settings.keep_hot.get(table, settings.keep_hot_months)
    return {
        "table": table,
        "keep_hot_months": months or None,
        "thin_after_days": (settings.thin_after_days or None) if table == THINNED else None,
        "archive": settings.archive_enabled,
    }


def due(connection: Connection) -> list[Unit]:
    """What the policy lets go or thins today, the oldest first."""
    return [Unit(*row) for row in reads.rows(connection, "archive_due")]


def steps(connection: Connection, unit: Unit, root: Path) -> Iterator[str]:
    """One unit from the table into files. Says what is done; who stops in between loses and doubles nothing."""
    partial = root / f"{unit.folder}.partial"
    for symbol in files.write(connection, unit, partial):
        yield f"wrote {symbol}"
    written = files.read_back(unit, partial)
    yield "read back"
    files.compare(connection, written)
    yield "compared"
    files.move(partial, root / unit.folder)
    yield "moved"
    named = {"table": unit.table, "month": unit.month, "part": unit.part}
    more = {"kind": unit.kind, "folder": unit.folder, "files": len(written.files), "bytes": written.bytes}
    facts = {"rows": written.facts.rows, "content": written.facts.content}
    reads.rows(connection, "note_archive", **named, **more, **facts)
    yield "noted"
    reads.rows(connection, "release_archived", **named)
    yield f"{written.facts.rows:,} rows now in {len(written.files)} files of {written.bytes / MEGABYTE:.1f} MB"


def retain(settings: Settings, now: datetime, say: Say) -> int:
    """A night's work; the exit code. A unit that fails does not keep the others."""
    root = Path(settings.archive_dir)
    partitions.make_ahead(settings)
    _refuse_beside_the_market(now)
    failed = 0
    with closing(database.keeper(settings.database_dsn)) as connection:
        declare(connection, settings)
        for unit in due(connection):
            failed += not _one(connection, unit, root, say)
    return 1 if failed else 0


def _one(connection: Connection, unit: Unit, root: Path, say: Say) -> bool:
    try:
        _refuse_a_full_disk(unit, root)
        *_, last = steps(connection, unit, root)
    except (CollectorError, RaiseException) as reason:
        say(f"{unit}: {database.first_line(reason)}")
        logging.error("retain", unit=str(unit), reason=database.first_line(reason))
        return False
    say(f"{unit}: {last}")
    logging.event("retained", unit=str(unit), did=last)
    return True


def declare(connection: Connection, settings: Settings) -> None:
    """The inventory's policy is the one in force."""
    for months in partitions.found(connection):
        reads.rows(connection, "declare_retention", **policy(settings, months.table))


def preview(connection: Connection, say: Say) -> int:
    """What would go, by the policy that is in force; nothing is touched."""
    units = due(connection)
    for unit in units:
        values = {"table": unit.table, "month": unit.month, "kind": unit.kind}
        ((rows, _),) = reads.rows(connection, "archive_facts", **values)
        say(f"{unit}: {rows:,} rows of a month of {unit.bytes / MEGABYTE:.0f} MB would go to {unit.folder}")
    say(f"{len(units)} would go; nothing was touched" if units else "nothing is due")
    return 0


def _refuse_beside_the_market(now: datetime) -> None:
    found = market(packaged_calendar(), now)
    if found.open or (found.minutes is not None and found.minutes < QUIET_MINUTES):
        raise Terminal(f"not beside the market: {in_words(found)}")


def _refuse_a_full_disk(unit: Unit, root: Path) -> None:
    """Parquet is smaller than the table; sorting needs room too."""
    root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root).free
    if free < unit.bytes + SPARE:
        needed = (unit.bytes + SPARE) // MEGABYTE
        raise Terminal(
            f"{free // MEGABYTE} MB are free, {needed} MB are needed: make room, it is tried again tonight"
        )


def _retain(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    if arguments.dry_run:
        with reading(settings) as connection:
            return preview(connection, say)
    now = clock_of(settings).now()
    try:
        # Nor beside a pass: the machine has memory for one of the two.
        with only_one("retain", settings.state_dir), only_one("run", settings.state_dir):
            log_to(settings, f"{now:%Y%m%dT%H%M%S}-retain")
            return retain(settings, now, say)
    except AnotherRun as reason:
        say(f"{reason}: leaving it to that one")
        return 0


DRY_RUN: Argument = (("--dry-run",), {"action": "store_true", "help": "say what would go; touch nothing"})
COMMAND = Command(
    "retain", "archive and thin what the policy no longer keeps in the database", _retain, (DRY_RUN,)
)
