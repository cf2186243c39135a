"""What is not well now, asked each minute: failed units, the database, late feeds, channels that are down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.alerts.deliver import Box
from collector.alerts.system import Trouble, failed_units
from collector.core.clock import NEW_YORK, new_york_date
from collector.core.settings import Settings
from collector.jobs import schedule
from collector.jobs.collect import SESSIONS_BACK
from collector.jobs.look import GRACE, is_late
from collector.jobs.run import RECENT, wanted
from collector.store import reads

FEW = 6


def troubles(
    settings: Settings, failures: Path, connection: Connection | None, boxes: Sequence[Box], now: datetime
) -> dict[str, Trouble]:
    """By series; what needs the database is left out without it, and that is the trouble."""
    found = failed_units(failures)
    for box in boxes:
        for one in box.stuck():
            since = f"{one.since.astimezone(NEW_YORK):%m-%d %H:%M}"
            body = f"{one.error}. Messages wait since {since} New York; nothing is lost.\nSee: collector alerts list"
            found[f"system/channel {one.channel}"] = Trouble(f"{one.channel} takes no messages", body)
    if connection is None:
        body = "Passes go on and keep what they collect in the spool.\nSee: systemctl status 'postgresql@*'"
        found["system/database"] = Trouble("PostgreSQL does not answer", body)
    else:
        late = late_feeds(settings, connection, now)
        if late:
            names = ", ".join(late[:FEW]) + (f" and {len(late) - FEW} more" if len(late) > FEW else "")
            body = f"A pass that was due has not brought: {names}.\nSee: collector status; collector coverage"
            found["system/late"] = Trouble(f"{len(late)} feeds are late", body, "warning")
    return found


def late_feeds(settings: Settings, connection: Connection, now: datetime) -> list[str]:
    """Feeds for which the calendar and the schedule say that data was due; none before the first pass."""
    last_start = schedule.last_start(settings.schedule, now - GRACE)
    calendar = reads.calendar(connection, new_york_date(now) - RECENT)
    sessions = calendar.begun(now, SESSIONS_BACK)
    if last_start is None or not sessions:
        return []
    everything = reads.coverage(connection, sessions[0].date)
    found = []
    for source, symbol in wanted(settings):
        known = everything.get((source.name, symbol), {})
        every = timedelta(seconds=settings.cadence.get(source.name, source.every_s))
        # What was never served, as it is not in the plan, is no trouble of today.
        if known and is_late(source, calendar, known, last_start, every):
            found.append(f"{source.name} {symbol}")
    return found
