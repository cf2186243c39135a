"""Raw bodies as they came, compressed, a file a feed and UTC day of the fetch: RAW/2026-11-20/darkpool_trades.gz.

A file is a row of gzip members, one a body, each written at once and only at the end. A member that was torn by a
kill or a full disk is passed over: the reader goes on at the next that is whole by gzip's and our own checksum.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import mmap
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from collector.core import logging

# What every member begins with: gzip, deflate, no flags, no time.
MAGIC = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
GZIP = 31
# A third of the time of level 6 for a seventh more room.
LEVEL = 3
CHUNK = 65_536
# More than the client takes for one body; what would become longer was torn.
LARGEST = 65 * 1024 * 1024
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Record:
    """One body and what was asked for it; `fetched_at` by the collector's clock."""

    feed: str
    symbol: str
    session_date: date
    fetched_at: datetime
    path: str
    params: Mapping[str, str]
    body: bytes


def file_of(folder: Path, feed: str, day: date) -> Path:
    """Where the bodies of a feed that were fetched on a UTC day are."""
    return folder / day.isoformat() / f"{feed}.gz"


def keep(folder: Path, record: Record) -> int:
    """Appends one body; the number of bytes. OSError leaves the file as it was, or torn where even that fails."""
    path = file_of(folder, record.feed, record.fetched_at.astimezone(timezone.utc).date())
    member = gzip.compress(_header(record) + b"\n" + record.body, LEVEL, mtime=0)
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = file.seek(0, os.SEEK_END)
        try:
            _write(file, member)
        except OSError:
            file.truncate(before)
            raise
    return len(member)


def _write(file: io.FileIO, member: bytes) -> None:
    """At once, or OSError: what is left of a disk may take a part of it."""
    written = file.write(member)
    if written != len(member):
        raise OSError(f"only {written} of {len(member)} bytes could be written")


def _header(record: Record) -> bytes:
    facts = {
        "feed": record.feed,
        "symbol": record.symbol,
        "session_date": record.session_date.isoformat(),
        "fetched_at": record.fetched_at.isoformat(),
        "path": record.path,
        "params": dict(record.params),
        "bytes": len(record.body),
        "sha256": hashlib.sha256(record.body).hexdigest(),
    }
    return json.dumps(facts).encode()


def read(path: Path) -> Iterator[Record]:
    """All bodies that are whole, in the order of their arrival."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            at = data.find(MAGIC)
            while at >= 0:
                text, end = _member(data, at)
                record = _record(text)
                if record:
                    yield record
                at = data.find(MAGIC, end if record else at + 1)


def _member(data: mmap.mmap, start: int) -> tuple[bytes, int]:
    """The text of the member that begins there and where it ends; no text when it is torn."""
    unpacker = zlib.decompressobj(GZIP)
    parts, size, at = [], 0, start
    try:
        while not unpacker.eof and at < len(data) and size <= LARGEST:
            parts.append(unpacker.decompress(data[at : at + CHUNK]))
            size += len(parts[-1])
            at += CHUNK
    except zlib.error:
        return b"", start
    if not unpacker.eof:
        return b"", start
    return b"".join(parts), min(at, len(data)) - len(unpacker.unused_data)


def _record(text: bytes) -> Record | None:
    header, _, body = text.partition(b"\n")
    try:
        facts = json.loads(header)
        if (facts.pop("bytes"), facts.pop("sha256")) != (len(body), hashlib.sha256(body).hexdigest()):
            return None
        session_date = date.fromisoformat(facts.pop("session_date"))
        fetched_at = datetime.fromisoformat(facts.pop("fetched_at"))
        return Record(session_date=session_date, fetched_at=fetched_at, body=body, **facts)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def days(folder: Path) -> list[date]:
    """The UTC days that bodies are kept of, oldest first; what is not ours is left alone."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return sorted(found for name in names if (found := _day(name)))


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(name)
    except ValueError:
        return None
    return found if found.isoformat() == name else None


def size(folder: Path) -> int:
    """Bytes of all that is below."""
    return sum(path.stat().st_size for path in folder.rglob("*.gz"))


def prune(folder: Path, now: datetime, keep_days: int, most_mb: int) -> list[date]:
    """Removes days that are too old, then the oldest until the rest fits; never today's. The days that went."""
    today = now.astimezone(timezone.utc).date()
    gone = []
    for day in days(folder):
        too_old = day <= today - timedelta(days=keep_days)
        if day < today and (too_old or size(folder) > most_mb * MEGABYTE):
            shutil.rmtree(folder / day.isoformat())
            gone.append(day)
    return gone


class Keeper:
    """Keeps bodies for one pass. It never raises: a full disk must not cost rows. `failed` counts what it cost."""

    def __init__(self, folder: Path, keep_days: int, most_mb: int) -> None:
        self._folder = folder
        self._days = keep_days
        self._most_mb = most_mb
        self._room: int | None = None
        self.kept = 0
        self.failed = 0

    def prune(self, now: datetime) -> None:
        """Makes room; once a pass is enough."""
        try:
            prune(self._folder, now, self._days, self._most_mb)
            self._room = self._most_mb * MEGABYTE - size(self._folder)
        except OSError as reason:
            self._fail(reason)

    def keep(self, record: Record) -> None:
        """Keeps the body, if that is wanted and there is room."""
        if not self._days:
            return
        if self._room is None:
            self.prune(record.fetched_at)
        if self._room is not None and self._room <= 0:
            self._fail(f"{self._most_mb} MB are full: raise COLLECTOR_RAW_MB or lower COLLECTOR_RAW_DAYS")
            return
        try:
            taken = keep(self._folder, record)
        except OSError as reason:
            self._fail(reason)
        else:
            self.kept += 1
            self._room = self._room - taken if self._room is not None else None

    def _fail(self, reason: object) -> None:
        """One warning a pass."""
        self.failed += 1
        if self.failed == 1:
            logging.warning("raw bodies are not kept", folder=self._folder, reason=reason)
