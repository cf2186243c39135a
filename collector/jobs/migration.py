"""`collector migrate`: a release does it; a person may."""

from __future__ import annotations

from argparse import Namespace

from collector.jobs.command import Command, Say, settings_of
from collector.store.migrate import migrate


def _migrate(arguments: Namespace, say: Say) -> int:
    dsn = arguments.dsn or settings_of(arguments).database_dsn
    outcome = migrate(dsn)
    for name in outcome.applied:
        say(f"applied {name}")
    say(
        f"the database is at {outcome.version}, {len(outcome.applied)} new; calendar: {outcome.sessions} sessions"
    )
    return 0


COMMAND = Command(
    "migrate",
    "bring the database to this release",
    _migrate,
    ((("--dsn",), {"metavar": "DSN", "help": "connect so instead of by COLLECTOR_DATABASE_DSN"}),),
)
