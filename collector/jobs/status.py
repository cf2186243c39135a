"""`collector status`: what a person asks first."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from collector.jobs import look, show
from collector.jobs.command import JSON, Command, Say, as_json, clock_of, reading, settings_of
from collector.jobs.environment import release


def _status(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    with reading(settings) as connection:
        found = look.status(settings, connection, clock_of(settings).now())
    for line in [as_json(asdict(found))] if arguments.json else show.status(found, release()):
        say(line)
    return 0


COMMAND = Command("status", "show feeds, rows, freshness, coverage and the next run", _status, (JSON,))
