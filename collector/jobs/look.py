"""What a person wants to know at 9:29: what is there, what is late, what is open. Facts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.coverage import Covered
from collector.core.sessions import Calendar, Session
from collector.core.settings import Settings
from collector.core.source import BySecond, Source
from collector.jobs import days, drift, partitions, schedule, windows
from collector.jobs.collect import SESSIONS_BACK
from collector.jobs.days import Day
from collector.jobs.drift import Drift
from collector.jobs.run import wanted
from collector.store import reads

# A pass that began on time may still be at work for so long before anything is late.
GRACE = timedelta(minutes=4)
NO_OVERLAP = timedelta(0)


@dataclass(frozen=True)
class Feed:
    """One feed and symbol: `state` is fresh, late, never, or n/a where the vendor has no such symbol."""

    name: str
    symbol: str
    rows: int
    collected_at: datetime | None
    state: str
    quarantined: int
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Status:
    """Everything that `collector status` shows; `unready`: tables without next month's partition."""

    now: datetime
    feeds: tuple[Feed, ...]
    quarantined: int
    drift: tuple[Drift, ...]
    last_run: Mapping[str, Any] | None
    next_run: datetime | None
    market: Session | None
    unready: tuple[str, ...] = ()


def status(
    settings: Settings, connection: Connection, now: datetime, sessions: Sequence[Session] | None = None
) -> Status:
    """Read in a moment, on a database that may be busy; of the last sessions, or of those given."""
    calendar = reads.calendar(connection)
    last_start = schedule.last_start(settings.schedule, now - GRACE)
    rows = {(feed, symbol): int(number) for feed, symbol, _, number in reads.rows(connection, "status_feeds")}
    bad = {
        (feed, symbol): int(number) for feed, symbol, number in reads.rows(connection, "status_quarantine")
    }
    if sessions is None:
        sessions = calendar.begun(now, SESSIONS_BACK)
    since = sessions[0].date if sessions else now.date()
    feeds = []
    everything = reads.coverage(connection, since)
    for source, symbol in wanted(settings):
        key = (source.name, symbol)
        known = everything.get(key, {})
        latest = max((one.collected_at for one in known.values() if one.collected_at), default=None)
        every = timedelta(seconds=settings.cadence.get(source.name, source.every_s))
        late = last_start is not None and is_late(source, calendar, known, last_start, every)
        offered = latest or not reads.not_offered(connection, source, symbol, since)
        state = "n/a" if not offered else "never" if not latest else "late" if late else "fresh"
        found = days.days(source, sessions, known, last_start, now)
        feeds.append(Feed(*key, rows.get(key, 0), latest, state, bad.get(key, 0), found))
    following = schedule.next_run(settings.schedule, now)
    return Status(
        now=now,
        feeds=tuple(feeds),
        quarantined=sum(bad.values()),
        drift=drift.find(connection),
        last_run=_last_run(connection),
        next_run=following,
        unready=tuple(one.table for one in partitions.found(connection) if not one.ready),
        market=calendar.at(now),
    )


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


def _last_run(connection: Connection) -> Mapping[str, Any] | None:
    names = ("run_id", "started_at", "finished_at", "release", "outcome", "message")
    found = reads.rows(connection, "last_run")
    return dict(zip(names, found[0], strict=True)) if found else None
