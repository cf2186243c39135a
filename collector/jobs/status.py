"""`collector status`: what a person asks first."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from collector.core.errors import DatabaseAway
from collector.core.settings import Settings
from collector.jobs import host, look, show
from collector.jobs.command import JSON, Argument, Command, Say, as_json, clock_of, reading, settings_of
from collector.jobs.environment import release
from collector.jobs.look import Status

AWAY = 3


def found_now(settings: Settings, machine: Path) -> Status:
    """All of it; without its database what can be said all the same."""
    now = clock_of(settings).now()
    try:
        with reading(settings) as connection:
            found = look.status(settings, connection, now)
    except DatabaseAway as reason:
        found = look.without_database(settings, now, reason)
    return look.beside(settings, found, machine)


def _status(arguments: Namespace, say: Say) -> int:
    found = found_now(settings_of(arguments), Path(arguments.host))
    lines = show.brief if arguments.brief else show.status
    for line in [as_json(asdict(found))] if arguments.json else lines(found, release()):
        say(line)
    if found.away:
        return AWAY
    return 1 if arguments.check and found.late else 0


BRIEF: Argument = (("--brief",), {"action": "store_true", "help": "without the table of feeds"})
CHECK: Argument = (
    ("--check",),
    {"action": "store_true", "help": "exit 1 when a feed is late, by the calendar and the schedule"},
)
COMMAND = Command(
    "status",
    "show feeds, freshness, coverage, budget, backups, the machine",
    _status,
    (BRIEF, CHECK, host.PLACE, JSON),
)
