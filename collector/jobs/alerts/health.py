"""What is not well now, asked each minute: failed units, database, late feeds, channels, the clock, damaged pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.alerts.deliver import Box
from collector.alerts.system import Trouble, failed_units
from collector.core.clock import NEW_YORK
from collector.core.settings import Settings
from collector.jobs import freshness, host
from collector.jobs.books import spool_of

FEW = 6
# After a boot a clock takes a moment to be set, and the look that saw it before stands for five minutes.
SETTLES = timedelta(minutes=5)
CLOCK = "Nothing keeps it right, and what is late or due is told by it.\nSee: systemctl status chrony; chronyc tracking"
DAMAGED = """They are not in the database; what the vendor still serves of their seconds is asked for again.
See: {folder}; sudo grep damaged {log}; docs/troubleshooting.md"""


@dataclass(frozen=True)
class Looked:
    """Where it is written down which units failed, and what the machine is like."""

    failures: Path
    machine: Path


def troubles(
    settings: Settings,
    looked: Looked,
    connection: Connection | None,
    boxes: Sequence[Box],
    now: datetime,
) -> dict[str, Trouble]:
    """By series; what needs the database is left out without it, and that is the trouble."""
    found = failed_units(looked.failures) | dict(_machine(settings, looked.machine))
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


def _machine(settings: Settings, machine: Path) -> Iterator[tuple[str, Trouble]]:
    """What no failed unit tells: a clock that nobody sets, and pages that cannot be stored."""
    seen = host.read(machine)
    booted = seen and seen.booted_at and seen.looked_at - seen.booted_at < SETTLES
    if seen and seen.synchronised is False and not booted:
        yield "system/clock", Trouble("The clock is not synchronised", CLOCK, "warning")
    damaged = len(spool_of(settings).damaged())
    if damaged:
        pages = "page of the spool is" if damaged == 1 else "pages of the spool are"
        body = DAMAGED.format(folder=Path(settings.state_dir) / "spool", log=settings.log_file)
        yield "system/spool", Trouble(f"{damaged} {pages} damaged", body)
