"""The notes of what was committed, beside the backups: there they outlive the server.

With each backup they go to every repository; off-site, where they outlive the disk too, at each look in between.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import repository

if TYPE_CHECKING:
    from physical_settings import Settings

COPY = "acknowledged-"
DAYS_COPIED = 8
# What encryption adds is less than half a line.
OVERHEAD = 64
# How long each file was when it was last laid off-site; the one folder that a look may write to.
LAID = Path("/var/spool/pgbackrest/acknowledged.json")


def keep(settings: Settings, number: int) -> None:
    """Lay the last days' notes beside the backups; what is older lies there already."""
    lay(settings, number, last(settings))


def last(settings: Settings) -> list[Path]:
    """The files of the last days, and of what restores gave up."""
    return sorted(settings.acknowledged.glob("*.jsonl"))[-DAYS_COPIED:]


def keep_up(settings: Settings, places: list[repository.Repository]) -> int:
    """Lay off-site what was noted since the last time; how many files that were. Who does not answer is passed over."""
    before = json.loads(LAID.read_text()) if LAID.exists() else {}
    grown = {one: one.stat().st_size for one in last(settings)}
    grown = {one: size for one, size in grown.items() if before.get(one.name) != size}
    off_site = [] if not all(place.answers for place in places) else places[1:]
    # Over what a lost server had noted nothing is laid before a restore has brought it here.
    if not grown or not off_site or repository.stranger(settings):
        return 0
    for place in off_site:
        lay(settings, place.number, list(grown))
    partial = LAID.with_suffix(".partial")
    partial.write_text(json.dumps({**before, **{one.name: size for one, size in grown.items()}}))
    partial.rename(LAID)
    return len(grown)


def lay(settings: Settings, number: int, files: list[Path]) -> None:
    """Put files there; one that is longer there has lines of another server, which stay."""
    there = repository.sizes(settings, number)
    for file in files:
        name = f"{COPY}{file.name}"
        if there.get(name, 0) <= file.stat().st_size + OVERHEAD:
            with file.open("rb") as stream:
                repository.put(settings, number, name, stream)
            continue
        with tempfile.TemporaryFile() as both:
            both.write(merged(repository.get(settings, number, name), file.read_text()).encode())
            both.seek(0)
            repository.put(settings, number, name, both)


def fetch(settings: Settings, number: int) -> int:
    """On a new server: take the notes that only the repository has; how many days they were."""
    found = 0
    for name, size in repository.sizes(settings, number).items():
        path = settings.acknowledged / name.removeprefix(COPY)
        here = path.read_text() if path.exists() else ""
        if not name.startswith(COPY) or (here and size <= len(here) + OVERHEAD):
            continue
        path.write_text(merged(repository.get(settings, number, name), here))
        path.chmod(0o640)
        shutil.chown(path, "collector", "collector")
        found += 1
    return found


def merged(there: str, here: str) -> str:
    """Each line once, in the order of time, which begins it."""
    lines = {line for line in [*there.splitlines(), *here.splitlines()] if line.endswith("}")}
    return "".join(f"{line}\n" for line in sorted(lines))
