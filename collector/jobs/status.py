"""`collector status`: what a person asks first."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from collector.jobs import look, show
from collector.jobs.command import JSON, Argument, Command, Say, as_json, clock_of, reading, settings_of
from collector.jobs.environment import release


def _status(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    with reading(settings) as connection:
        found = look.status(settings, connection, clock_of(settings).now())
    lines = show.brief if arguments.brief else show.status
    for line in [as_json(asdict(found))] if arguments.json else lines(found, release()):
        say(line)
    return 0


BRIEF: Argument = (("--brief",), {"action": "store_true", "help": "without the table of feeds"})
COMMAND = Command("status", "show feeds, rows, freshness, coverage and the next run", _status, (BRIEF, JSON))
