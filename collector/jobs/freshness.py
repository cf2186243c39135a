"""Freshness as one objective: a feed is late only when calendar and schedule say that its data was due.

Alerts, `collector status --check` (the release's gate, drills) and the status page all ask here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.clock import new_york_date
from collector.core.coverage import Covered
from collector.core.sessions import Calendar
from collector.core.settings import Settings
from collector.core.source import BySecond, Source
from collector.jobs import schedule, windows
from collector.jobs.collect import SESSIONS_BACK
from collector.jobs.run import RECENT, wanted
from collector.store import reads

# A pass that began on time may still be at work for so long before anything is late.
GRACE = timedelta(minutes=4)
NO_OVERLAP = timedelta(0)


@dataclass(frozen=True)
class Objective:
    """What is held against what was collected; `due_at`: the last pass that should be through, None if none was."""

    calendar: Calendar
    due_at: datetime | None
    cadence: Mapping[str, int]

    def is_late(self, source: Source, known: Mapping[date, Covered]) -> bool:
        """Whether the pass that began at `due_at` had something to collect and has not done it."""
        if self.due_at is None:
            return False
        if isinstance(source.page, BySecond):
            return not _tried_only(known, self.due_at) and any(
                windows.due(session, known.get(session.date, Covered()), self.due_at, NO_OVERLAP)
                for session in self.calendar.begun(self.due_at, 1)
            )
        session = self.calendar.opened(self.due_at, source.hours)
        if session is None:
            return False
        last = known.get(session.date, Covered()).collected_at
        if last is not None and last >= self.due_at:
            return False
        every = timedelta(seconds=self.cadence.get(source.name, source.every_s))
        return windows.snapshot_due(source, session, last, self.due_at, every)


def _tried_only(known: Mapping[date, Covered], due_at: datetime) -> bool:
    """Whether no pass has covered anything of it, and the release that tried it came after the last that was due."""
    if any(one.covered or one.settled or one.confirmed for one in known.values()):
        return False
    return any(one.collected_at and one.collected_at >= due_at for one in known.values())


def objective(settings: Settings, calendar: Calendar, now: datetime) -> Objective:
    """The objective of now."""
    return Objective(calendar, schedule.last_start(settings.schedule, now - GRACE), settings.cadence)


def late(settings: Settings, connection: Connection, now: datetime) -> list[str]:
    """Feeds and symbols that are late; what was never served, as it is not in the plan, is no trouble of today."""
    return list(_late(settings, connection, now))


def _late(settings: Settings, connection: Connection, now: datetime) -> Iterator[str]:
    calendar = reads.calendar(connection, new_york_date(now) - RECENT)
    asked = objective(settings, calendar, now)
    sessions = calendar.begun(now, SESSIONS_BACK)
    if asked.due_at is None or not sessions:
        return
    everything = reads.coverage(connection, sessions[0].date)
    for source, symbol in wanted(settings):
        known = everything.get((source.name, symbol), {})
        if known and asked.is_late(source, known):
            yield f"{source.name} {symbol}"
