"""What a backup is: one directory whose name says when, complete from the moment it has that name."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from table_facts import Facts

DUMP, GLOBALS, MANIFEST, SUMS = "darkpool.dump", "globals.sql", "manifest.json", "SHA256SUMS"
PARTIAL = ".partial"
STAMP = "darkpool-%Y%m%dT%H%M%SZ"


class BackupError(Exception):
    """What went wrong, with what to do about it."""


@dataclass(frozen=True)
class Settings:
    """The lines of /etc/default/darkpool-backup, which Ansible writes."""

    database: str
    directory: Path
    keep_days: int
    keep_weeks: int
    keep_months: int
    min_free: int
    alarm_after_h: int
    acknowledged: Path
    drill_directory: Path
    alarm_drill_days: int


def read_settings(path: Path) -> Settings:
    """Read the file; what is missing or wrong is named."""
    try:
        lines = [line for line in path.read_text().splitlines() if "=" in line and not line.startswith("#")]
        given = dict(line.split("=", 1) for line in lines)
        return Settings(
            database=given["BACKUP_DATABASE"],
            directory=Path(given["BACKUP_DIRECTORY"]),
            keep_days=int(given["BACKUP_KEEP_DAYS"]),
            keep_weeks=int(given["BACKUP_KEEP_WEEKS"]),
            keep_months=int(given["BACKUP_KEEP_MONTHS"]),
            min_free=int(given["BACKUP_MIN_FREE_MB"]) * 1024 * 1024,
            alarm_after_h=int(given["BACKUP_ALARM_AFTER_H"]),
            acknowledged=Path(given["BACKUP_ACKNOWLEDGED"]),
            drill_directory=Path(given["BACKUP_DRILL_DIRECTORY"]),
            alarm_drill_days=int(given["BACKUP_ALARM_DRILL_DAYS"]),
        )
    except (OSError, KeyError, ValueError) as error:
        raise BackupError(f"{path}: missing or wrong: {error}; `make deploy` writes it again") from error


def backups(directory: Path) -> list[Path]:
    """Complete backups, oldest first: their names sort by time."""
    return sorted(p for p in directory.glob("darkpool-*") if p.is_dir() and p.suffix != PARTIAL)


def newest(directory: Path) -> Path:
    """Give the last complete backup."""
    known = backups(directory)
    if not known:
        raise BackupError(f"no backup in {directory}: `systemctl start darkpool-backup` makes one")
    return known[-1]


def noted(backup: Path) -> dict[str, Facts]:
    """What each table held, as found in the dump's own snapshot; nothing where an older release wrote it."""
    found: dict[str, Facts] = manifest(backup).get("tables", {})
    return found


def manifest(backup: Path) -> dict[str, Any]:
    """What was written beside the dump."""
    found: dict[str, Any] = json.loads((backup / MANIFEST).read_text())
    return found


def began(backup: Path) -> datetime:
    """A moment just before the dump's snapshot: what was committed by then is in it."""
    return datetime.fromisoformat(manifest(backup)["started_at"])


def taken_at(backup: Path) -> datetime:
    """When it was begun: the name says so."""
    return datetime.strptime(backup.name, STAMP).replace(tzinfo=timezone.utc)


def size(backup: Path) -> int:
    """Bytes on the disk."""
    return sum(path.stat().st_size for path in backup.iterdir())


def write_sums(backup: Path) -> None:
    """Note what the files are, for `sha256sum -c SHA256SUMS`."""
    lines = [f"{digest(backup / name)}  {name}\n" for name in (DUMP, GLOBALS, MANIFEST)]
    (backup / SUMS).write_text("".join(lines))


def check(backup: Path) -> None:
    """Refuse a backup whose bytes changed or whose dump cannot be read to its end."""
    try:
        lines = (backup / SUMS).read_text().splitlines()
        sums = {name: value for value, name in (line.split("  ", 1) for line in lines)}
        wrong = [name for name in (DUMP, GLOBALS, MANIFEST) if sums.get(name) != digest(backup / name)]
    except (OSError, ValueError) as error:
        raise BackupError(f"{backup} is not a whole backup ({error}): use another one") from error
    if wrong:
        raise BackupError(f"{backup}: {', '.join(wrong)} changed since it was written: use another backup")
    decode(backup / DUMP)


def decode(dump: Path) -> None:
    """Read the whole dump: `pg_restore --list` accepts one that was cut in half."""
    with dump.open("rb") as stream:
        output(["pg_restore", "--file=/dev/null"], stdin=stream)


def digest(path: Path) -> str:
    """SHA-256 of a file of any size."""
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            total.update(chunk)
    return total.hexdigest()


def sync(path: Path) -> None:
    """Put a file's bytes, or a directory's names, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def output(arguments: list[str], stdin: IO[bytes] | int = subprocess.DEVNULL, said: str | None = None) -> str:
    """Run a program, which may be said something, and give what it printed; its complaint becomes the error."""
    heard: dict[str, Any] = {"stdin": stdin} if said is None else {"input": said}
    done = subprocess.run(arguments, **heard, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise BackupError(f"{' '.join(arguments[:4])} failed ({done.returncode}): {done.stderr.strip()}")
    return done.stdout.strip()


@contextlib.contextmanager
def one_at_a_time(directory: Path) -> Iterator[bool]:
    """Hold a lock that ends with the process; say whether it was free."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """Wait until no other backup, drill or restore is at work: together they would take the memory of two."""
    handle = os.open(Path(__file__).parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
