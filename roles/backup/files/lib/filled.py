"""A database made out of a dump, as the superuser: the drill drops it again, a restore puts it in its place."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import backup_set
from backup_set import output

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OWNER = "darkpool_owner"
# A drill that cron starts is that account already, as a job is never root.
ROOT = os.geteuid() == 0
AS_POSTGRES = ["runuser", "-u", "postgres", "--"] if ROOT else []
# Several processes at once want a file with a name, and the backups are their group's to read.
AS_READER = ["runuser", "-u", "postgres", "-g", "postgres", "-G", "pgbackup", "--"] if ROOT else []
# C sorts UTF-8 as C.UTF-8 does, and compares without asking libc: indexes that begin with a text are built sooner.
AS_DEPLOYED = [
    "--template=template0",
    "--encoding=UTF8",
    "--lc-collate=C",
    "--lc-ctype=C.UTF-8",
    f"--owner={OWNER}",
]
# Nothing counts before the renames, whose commit puts all of it on the disk.
UNHURRIED = {"synchronous_commit": "off"}
# An index build writes whole pages to the log, and to compress them as usual takes longer than to build them.
SWIFT = {"wal_compression": "lz4"}
KNOWS_LZ4 = "select coalesce('lz4' = any(enumvals), false) from pg_settings where name = 'wal_compression'"
MOST_JOBS = 4


def fill(backup: Path, database: str) -> None:
    """Make the database anew, and restore into it; what was left of that name goes."""
    drop(database)
    output([*AS_POSTGRES, "createdb", *AS_DEPLOYED, database])
    dump = backup / backup_set.DUMP
    into = [*session(), "pg_restore", "--exit-on-error", f"--dbname={database}"]
    if readable(dump):
        output([*AS_READER, *into, f"--jobs={jobs()}", str(dump)])
        return
    with dump.open("rb") as stream:
        output([*AS_POSTGRES, *into], stdin=stream)


def session() -> list[str]:
    """Settings of these sessions alone: however they end, the cluster's own were not touched."""
    settings = UNHURRIED | (SWIFT if ask("postgres", KNOWS_LZ4) == "t" else {})
    return ["env", "PGOPTIONS=" + " ".join(f"-c {name}={value}" for name, value in settings.items())]


def drop(database: str) -> None:
    """Forget it, whoever looks into it."""
    output([*AS_POSTGRES, "dropdb", "--if-exists", "--force", database])


def readable(dump: Path) -> bool:
    """Whether several processes may open it: not, where somebody keeps a copy to himself."""
    asked = [*AS_READER, "test", "-r", str(dump)]
    return subprocess.run(asked, stderr=subprocess.DEVNULL, cwd="/", check=False).returncode == 0


def jobs() -> int:
    """As many as there are processors: one more had nothing to wait for."""
    return min(MOST_JOBS, len(os.sched_getaffinity(0)))


def ask(database: str, script: str, told: Mapping[str, str] | None = None) -> str:
    """Answer of a script for psql; what it names by :'name' is told beside it."""
    names = [word for name, value in (told or {}).items() for word in ("-v", f"{name}={value}")]
    psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *names, "-d", database]
    return output([*AS_POSTGRES, *psql], said=script)
