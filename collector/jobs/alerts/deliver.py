"""`collector alerts deliver`: looks at the system, then sends what waits. Cron starts it each minute."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing, nullcontext
from pathlib import Path

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.alerts import channels, deliver, policy, silence, system
from collector.alerts.outbox import DatabaseBox
from collector.alerts.spool import FileBox
from collector.core.clock import new_york_date
from collector.core.errors import AnotherRun, DatabaseAway
from collector.core.settings import Settings
from collector.jobs import host
from collector.jobs.alerts import digest, health, places
from collector.jobs.command import Argument, Command, Say, clock_of, settings_of
from collector.jobs.lock import only_one
from collector.jobs.run import RECENT
from collector.store import database, reads

FAILURES = "/var/lib/darkpool/failures"


def deliver_once(settings: Settings, looked: health.Looked, say: Say) -> int:
    """One round; a channel that is down is no failure of this process, it is an alert for the others."""
    try:
        with only_one("deliver", settings.state_dir):
            connection = _connected(settings)
            with closing(connection) if connection else nullcontext():
                _round(settings, looked, connection, say)
    except AnotherRun as reason:
        say(f"{reason}: leaving it to that one")
    return 0


def _connected(settings: Settings) -> Connection | None:
    try:
        return database.writer(settings.database_dsn)
    except DatabaseAway:
        return None


def _round(settings: Settings, looked: health.Looked, connection: Connection | None, say: Say) -> None:
    now = clock_of(settings).now()
    own = policy.load(places.policy(settings))
    to = policy.load_channels(places.policy(settings))
    spool = FileBox(places.box(settings))
    try:
        boxes: list[deliver.Box] = [spool, DatabaseBox(connection)] if connection else [spool]
        found = health.troubles(settings, looked, connection, boxes, now)
        if connection:
            calendar = reads.calendar(connection, new_york_date(now) - RECENT)
            digest.write(connection, calendar, own.digest_at, [one.title for one in found.values()], now)
    except DatabaseAway:
        # It went away in between: what it was to say waits in it.
        connection, boxes = None, [spool]
        found = health.troubles(settings, looked, None, boxes, now)
    system.observe(spool, found, silence.load(places.silences(settings)), now)
    spool.save(now)
    try:
        lines = deliver.deliver(boxes, to, own.manners, now, channels.send)
    except DatabaseAway:
        lines = deliver.deliver([spool], to, own.manners, now, channels.send)
    for line in lines:
        say(line)


def _deliver(arguments: Namespace, say: Say) -> int:
    looked = health.Looked(Path(arguments.failures), Path(arguments.host))
    return deliver_once(settings_of(arguments), looked, say)


PLACE: Argument = (
    ("--failures",),
    {
        "metavar": "PATH",
        "default": FAILURES,
        "help": f"where units that failed are recorded (default: {FAILURES})",
    },
)
COMMAND = Command(
    "deliver",
    "look at the system, and send what waits (cron does it each minute)",
    _deliver,
    (PLACE, host.PLACE),
)
