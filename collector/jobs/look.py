"""What a person wants to know at 9:29: what is there, what is late, what is open. Facts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.errors import DatabaseAway
from collector.core.sessions import Session
from collector.core.settings import Settings
from collector.jobs import budget, days, drift, freshness, host, partitions, schedule
from collector.jobs.books import spool_of
from collector.jobs.budget import Report
from collector.jobs.collect import SESSIONS_BACK
from collector.jobs.days import Day
from collector.jobs.drift import Drift
from collector.jobs.host import Host
from collector.jobs.run import wanted
from collector.store import reads
from collector.store.knowledge import packaged_calendar

# For so long a refusal by the plan is told of.
REFUSED = timedelta(days=1)


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
    """Everything that `collector status` shows.

    `unready`: tables without next month's partition; `refused`: feeds that the plan does not include; `away`: why the
    database could not be asked, and then there are no feeds; `host`: None where nobody has looked.
    """

    now: datetime
    feeds: tuple[Feed, ...]
    quarantined: int
    drift: tuple[Drift, ...]
    last_run: Mapping[str, Any] | None
    next_run: datetime | None
    market: Session | None
    unready: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    away: str = ""
    budget: Report | None = None
    spool: Spooled | None = None
    host: Host | None = None

    @property
    def late(self) -> list[str]:
        """Feeds and symbols that are."""
        return [f"{feed.name} {feed.symbol}" for feed in self.feeds if feed.state == "late"]


@dataclass(frozen=True)
class Spooled:
    """What waits on the disk for the database; `damaged` pages wait for a person."""

    pages: int
    damaged: int
    bytes: int


def beside(settings: Settings, found: Status, machine: Path) -> Status:
    """The same with what needs no database."""
    spool = spool_of(settings)
    waiting = Spooled(len(spool.waiting()), len(spool.damaged()), spool.size())
    return replace(found, budget=budget.report(settings, found.now), spool=waiting, host=host.read(machine))


def without_database(settings: Settings, now: datetime, reason: DatabaseAway) -> Status:
    """What can be said all the same."""
    market = packaged_calendar().at(now)
    following = schedule.next_run(settings.schedule, now)
    return Status(now, (), 0, (), None, following, market, away=str(reason))


def status(
    settings: Settings, connection: Connection, now: datetime, sessions: Sequence[Session] | None = None
) -> Status:
    """Read in a moment, on a database that may be busy; of the last sessions, or of those given."""
    calendar = reads.calendar(connection)
    asked = freshness.objective(settings, calendar, now)
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
        late = asked.is_late(source, known)
        offered = latest or not reads.not_offered(connection, source, symbol, since)
        state = "n/a" if not offered else "never" if not latest else "late" if late else "fresh"
        found = days.days(source, sessions, known, asked.due_at, now)
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
        refused=tuple(feed for (feed,) in reads.rows(connection, "status_refused", since=now - REFUSED)),
    )


def _last_run(connection: Connection) -> Mapping[str, Any] | None:
    names = ("run_id", "started_at", "finished_at", "release", "outcome", "message")
    found = reads.rows(connection, "last_run")
    return dict(zip(names, found[0], strict=True)) if found else None
