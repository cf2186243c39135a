"""What is not well now, asked each minute: failed units, the database, late feeds, channels that are down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.alerts.deliver import Box
from collector.alerts.system import Trouble, failed_units
from collector.core.clock import NEW_YORK
from collector.core.settings import Settings
from collector.jobs import freshness

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
        late = freshness.late(settings, connection, now)
        if late:
            names = ", ".join(late[:FEW]) + (f" and {len(late) - FEW} more" if len(late) > FEW else "")
            body = f"A pass that was due has not brought: {names}.\nSee: collector status; collector coverage"
            found["system/late"] = Trouble(f"{len(late)} feeds are late", body, "warning")
    return found
