"""Once a session, after its close: what was found, what is still on, what is not well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.clock import NEW_YORK, new_york_day, new_york_instant
from collector.core.sessions import Calendar
from collector.store import outbox, reads

# A droplet that was off at the time still says it, but not in the night.
LATEST = timedelta(hours=3)


def write(
    connection: Connection, calendar: Calendar, at: time | None, troubles: Sequence[str], now: datetime
) -> bool:
    """Into the outbox, once a session; whether it was due."""
    session = calendar.at(now)
    if at is None or session is None:
        return False
    due = new_york_instant(session.date, at)
    key = f"digest/{session.date}"
    if not due <= now < due + LATEST or reads.rows(connection, "outbox_has", key=key)[0][0]:
        return False
    title, body = _texts(connection, now, troubles)
    row = {"key": key, "series": "digest", "kind": "digest", "severity": "info", "created_at": now}
    outbox.write(connection, "outbox_put", **row, title=title, body=body)
    return True


def _texts(connection: Connection, now: datetime, troubles: Sequence[str]) -> tuple[str, str]:
    today = now.astimezone(NEW_YORK).date()
    begin, end = new_york_day(today)
    hits = reads.rows(connection, "alert_hits_of_day", since=begin, until=end)
    still = [row[0].partition("/")[2] for row in reads.rows(connection, "alert_series_open")]
    lines = [f"{rule}: {count}" for rule, count, _ in hits] or ["No rule found anything."]
    lines += [f"Still on: {', '.join(still)}"] if still else []
    lines += [f"Not well: {', '.join(troubles)}"] if troubles else ["The system is well."]
    return f"{today:%a %Y-%m-%d}: {sum(count for _, count, _ in hits)} market events", "\n".join(lines)
