"""All that the page shows, as plain facts: asked of the database while it answers, else what it said last."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.clock import new_york_date
from collector.core.errors import DatabaseAway
from collector.core.settings import Settings
from collector.jobs import look
from collector.jobs.command import as_json, reading
from collector.jobs.look import Status
from collector.store import disk, reads

Facts = Mapping[str, Any]
# What is usual: of so many days before. Sessions of them are shown.
USUAL_DAYS, SESSIONS, RUNS = timedelta(days=15), 20, 30
HOURS = 24
KNOWN = "known.json"
# What of a status the database said; the rest is looked at anew whatever it does.
ITS = ("feeds", "quarantined", "drift", "refused", "unready")
NOTHING: Facts = {
    "known_at": None,
    "sessions": [],
    "hours": {},
    "days": {},
    "runs": [],
    "feeds": [],
    "quarantined": 0,
    "drift": [],
    "refused": [],
    "unready": [],
}


@dataclass(frozen=True)
class Seen:
    """`now` is what is so at this moment, `known` what the database said, now or when it last answered."""

    now: Status
    known: Facts


def gathered(settings: Settings, folder: Path, machine: Path, now: datetime) -> Seen:
    """Everything; what the database says is kept for the time when it does not."""
    try:
        with reading(settings) as connection:
            status = look.status(settings, connection, now)
            known = _plain({"known_at": now, **_asked(connection, now), **_its(status)})
    except DatabaseAway as reason:
        return Seen(
            look.beside(settings, look.without_database(settings, now, reason), machine), last_known(folder)
        )
    disk.put(folder / KNOWN, json.dumps(known))
    return Seen(look.beside(settings, status, machine), known)


def _its(status: Status) -> dict[str, Any]:
    """What of a status comes from the database."""
    found = asdict(status)
    return {name: found[name] for name in ITS}


def _asked(connection: Connection, now: datetime) -> dict[str, Any]:
    today = new_york_date(now)
    hours = reads.rows(connection, "page_hours", since=now - USUAL_DAYS)
    sessions = [one.date for one in reads.calendar(connection, today - 3 * USUAL_DAYS).begun(now, SESSIONS)]
    days = reads.rows(connection, "page_days", since=sessions[0]) if sessions else []
    runs = [_run(row) for row in reads.rows(connection, "page_runs", most=RUNS)]
    reasons = reads.rows(connection, "page_reasons", runs=[run["run_id"] for run in runs])
    for run in runs:
        run["reasons"] = [list(row[1:]) for row in reasons if row[0] == run["run_id"]]
    return {"sessions": sessions, "hours": by_hour(hours), "days": by_day(days, sessions), "runs": runs}


def _run(row: Sequence[Any]) -> dict[str, Any]:
    names = ("run_id", "kind", "started_at", "finished_at", "release", "outcome", "message")
    return dict(zip(names, row, strict=True))


def by_hour(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Of each feed the newest day's hours, and the median of the days before for each hour."""
    found: dict[str, Any] = {}
    newest = max((row[1] for row in rows), default=None)
    for feed in sorted({row[0] for row in rows}):
        mine = {(day, hour): number for name, day, hour, number in rows if name == feed}
        before = sorted({day for day, _ in mine} - {newest})
        usual = [
            statistics.median(mine.get((day, hour), 0) for day in before) if before else None
            for hour in range(HOURS)
        ]
        found[feed] = {
            "day": newest,
            "rows": [mine.get((newest, hour), 0) for hour in range(HOURS)],
            "usual": usual,
        }
    return found


def by_day(rows: Sequence[Sequence[Any]], sessions: Sequence[Any]) -> dict[str, Any]:
    """Of each feed the rows of each session, and the median of all but the last of those that brought any."""
    found: dict[str, Any] = {}
    for feed in sorted({row[0] for row in rows}):
        mine = {day: number for name, day, number in rows if name == feed}
        numbers = [mine.get(day, 0) for day in sessions]
        before = [number for number in numbers[:-1] if number]
        found[feed] = {"rows": numbers, "usual": statistics.median(before) if before else None}
    return found


def last_known(folder: Path) -> Facts:
    """What the database said last; nothing where it never did, or the file is damaged."""
    try:
        known: dict[str, Any] = json.loads((folder / KNOWN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    return {**NOTHING, **known}


def _plain(facts: object) -> dict[str, Any]:
    """As JSON has it, so that what was kept and what is new are alike."""
    plain: dict[str, Any] = json.loads(as_json(facts))
    return plain
