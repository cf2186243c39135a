"""What a person wants to know at 9:29: what is there, what is late, what is open. Facts only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.clock import whole_second
from collector.core.coverage import Covered
from collector.core.intervals import Interval, holes, length
from collector.core.sessions import Calendar, Session
from collector.core.settings import Settings
from collector.core.source import BySecond, Source
from collector.jobs import schedule, windows
from collector.jobs.collect import SESSIONS_BACK
from collector.jobs.run import wanted
from collector.store import reads

# A pass that began on time may still be at work for so long before anything is late.
GRACE = timedelta(minutes=4)
NO_OVERLAP = timedelta(0)


@dataclass(frozen=True)
class Day:
    """One feed and symbol in one session."""

    session: date
    covered: float | None
    settled: bool
    holes: tuple[Interval, ...]


@dataclass(frozen=True)
class Feed:
    """One feed and symbol: `state` is fresh, late, never, or absent where the vendor has no such symbol."""

    name: str
    symbol: str
    rows: int
    collected_at: datetime | None
    state: str
    quarantined: int
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Status:
    """Everything that `collector status` shows."""

    now: datetime
    feeds: tuple[Feed, ...]
    last_run: Mapping[str, Any] | None
    next_run: datetime | None
    market: Session | None


def status(settings: Settings, connection: Connection, now: datetime) -> Status:
    """Read in a moment, on a database that may be busy."""
    calendar = reads.calendar(connection)
    last_start = schedule.last_start(settings.schedule, now - GRACE)
    rows = {(feed, symbol): int(number) for feed, symbol, _, number in reads.rows(connection, "status_feeds")}
    bad = {
        (feed, symbol): int(number) for feed, symbol, number in reads.rows(connection, "status_quarantine")
    }
    feeds = []
    begun = calendar.begun(now, SESSIONS_BACK)
    everything = reads.coverage(connection, begun[0].date if begun else now.date())
    for source, symbol in wanted(settings):
        key = (source.name, symbol)
        known = everything.get(key, {})
        collected = [one.collected_at for one in known.values() if one.collected_at]
        days = tuple(
            day(source, session, known[session.date], _due_until(session, last_start, now))
            for session in reversed(begun)
            if session.date in known
        )
        every = timedelta(seconds=settings.cadence.get(source.name, source.every_s))
        late = last_start is not None and is_late(source, calendar, known, last_start, every)
        offered = not reads.not_offered(connection, source, symbol, begun[0].date if begun else now.date())
        state = ("never" if offered else "absent") if not collected else "late" if late else "fresh"
        latest = max(collected, default=None)
        feeds.append(Feed(*key, rows.get(key, 0), latest, state, bad.get(key, 0), days))
    return Status(
        now, tuple(feeds), _last_run(connection), schedule.next_run(settings.schedule, now), calendar.at(now)
    )


def day(source: Source, session: Session, known: Covered, until: datetime) -> Day:
    """How much of what was due by `until` is there."""
    if not isinstance(source.page, BySecond):
        done = known.collected_at is not None and known.collected_at >= session.hours(source.hours)[1]
        return Day(session.date, None, done, ())
    window = (session.day[0], max(session.day[0], min(until, session.day[1])))
    open_holes = tuple(holes(window, known.covered))
    whole = length([window])
    part = 1.0 if not whole else 1 - length(open_holes) / whole
    settled = not holes((session.day[0], session.settles_at), known.settled)
    return Day(session.date, part, settled, open_holes)


def is_late(
    source: Source, calendar: Calendar, known: Mapping[date, Covered], due_at: datetime, every: timedelta
) -> bool:
    """Whether the pass that began at `due_at` had something to collect and has not done it."""
    if isinstance(source.page, BySecond):
        begun = calendar.begun(due_at, 1)
        return any(
            windows.due(session, known.get(session.date, Covered()), due_at, NO_OVERLAP) for session in begun
        )
    session = calendar.opened(due_at, source.hours)
    if session is None:
        return False
    last = known.get(session.date, Covered()).collected_at
    if last is not None and last >= due_at:
        return False
    return windows.snapshot_due(source, session, last, due_at, every)


def _due_until(session: Session, last_start: datetime | None, now: datetime) -> datetime:
    """Today is measured up to the last pass that should be through; the past up to its end."""
    if now >= session.day[1] or last_start is None:
        return whole_second(now)
    return max(session.day[0], last_start)


def _last_run(connection: Connection) -> Mapping[str, Any] | None:
    names = ("run_id", "started_at", "finished_at", "release", "outcome", "message")
    found = reads.rows(connection, "last_run")
    return dict(zip(names, found[0], strict=True)) if found else None
