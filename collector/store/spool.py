"""Pages that wait on disk for a database that is away: bounded, fsynced, drained in order."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from collector.core.errors import BadPayload, SpoolFull
from collector.core.intervals import Interval
from collector.core.source import Raw
from collector.store import disk

VERSION = 1
SUFFIX = ".page"
DAMAGED = ".damaged"
WRITING = ".writing"


@dataclass(frozen=True)
class Page:
    """One page of an answer with all that is needed to store it, now or later; the feed goes by its name."""

    feed: str
    symbol: str
    session_date: date
    fetched_at: datetime
    rows: Sequence[Raw]
    covered: Interval | None = None
    settled: bool = False
    confirmed: bool = False
    requests: int = 1


class Spool:
    """A folder of pages; each is written beside, fsynced and renamed, so that it is whole or not there."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self._most_bytes = most_bytes

    def put(self, page: Page) -> Path:
        """The page is on the disk when this returns; SpoolFull when it would not fit."""
        self.folder.mkdir(parents=True, exist_ok=True)
        packed = _pack(page)
        if self.size() + len(packed) > self._most_bytes:
            raise SpoolFull(
                f"the spool {self.folder} holds its {self._most_bytes // 1_000_000} MB: bring the database back, "
                "or raise COLLECTOR_SPOOL_MB"
            )
        path = self._next()
        beside = path.with_suffix(WRITING)
        try:
            with beside.open("wb") as file:
                file.write(packed)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(path)
            disk.flush(self.folder)
        except OSError as reason:
            beside.unlink(missing_ok=True)
            raise SpoolFull(
                f"the spool cannot be written ({reason.strerror}): free space on the disk"
            ) from None
        return path

    def waiting(self) -> list[Path]:
        """Oldest first."""
        return sorted(self.folder.glob(f"*{SUFFIX}"))

    def damaged(self) -> list[Path]:
        """What could not be read and waits for a person."""
        return sorted(self.folder.glob(f"*{DAMAGED}"))

    def pages(self) -> Iterator[Page]:
        """All that can be read, oldest first; for what is known while the database is away."""
        for path in self.waiting():
            try:
                yield self.read(path)
            except BadPayload:  # noqa: PERF203 - the drain says so and sets it aside
                continue

    def read(self, path: Path) -> Page:
        """The page; BadPayload when the file is damaged."""
        try:
            return _unpack(path.read_bytes())
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as reason:
            raise BadPayload(f"{path.name} in the spool is damaged ({type(reason).__name__})") from None

    def drop(self, path: Path) -> None:
        """It is in the database."""
        path.unlink()

    def set_aside(self, path: Path) -> Path:
        """Kept for people to look at, out of the way of the others."""
        return path.rename(path.with_suffix(DAMAGED))

    def size(self) -> int:
        """Bytes that wait, damaged ones included."""
        return sum(path.stat().st_size for path in self.folder.glob("*.*")) if self.folder.is_dir() else 0

    @contextmanager
    def draining(self) -> Iterator[bool]:
        """True for the one process that may drain; the others leave it to that one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            self._forget_torn()
            yield True

    def _forget_torn(self) -> None:
        """Removes what a process that has died was writing: it never became a page, so its time is not covered."""
        for path in self.folder.glob(f"*{WRITING}"):
            if not _is_alive(int(path.stem.rpartition("-")[2])):
                path.unlink(missing_ok=True)

    def _next(self) -> Path:
        """Behind all others, also when the clock has been set back."""
        last = max((int(path.name.split("-")[0]) for path in self.waiting()), default=0)
        number = max(time.time_ns(), last + 1)
        return self.folder / f"{number:020d}-{os.getpid()}{SUFFIX}"


def _pack(page: Page) -> bytes:
    start, end = page.covered or (None, None)
    head = {
        "version": VERSION,
        "feed": page.feed,
        "symbol": page.symbol,
        "session_date": page.session_date.isoformat(),
        "fetched_at": page.fetched_at.isoformat(),
        "covered": [start.isoformat(), end.isoformat()] if start and end else None,
        "settled": page.settled,
        "confirmed": page.confirmed,
        "requests": page.requests,
        "rows": page.rows,
    }
    # Exact numbers become text, as they do in every column of unknown keys.
    return gzip.compress(json.dumps(head, default=str).encode(), compresslevel=1)


def _unpack(packed: bytes) -> Page:
    head: dict[str, Any] = json.loads(gzip.decompress(packed))
    if head["version"] != VERSION:
        raise ValueError(f"version {head['version']}")
    covered = head["covered"]
    return Page(
        feed=head["feed"],
        symbol=head["symbol"],
        session_date=date.fromisoformat(head["session_date"]),
        fetched_at=datetime.fromisoformat(head["fetched_at"]),
        rows=head["rows"],
        covered=(datetime.fromisoformat(covered[0]), datetime.fromisoformat(covered[1])) if covered else None,
        settled=head["settled"],
        confirmed=head["confirmed"],
        requests=head["requests"],
    )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
