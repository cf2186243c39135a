"""Collects dark-pool prints and options flow into PostgreSQL, exactly once."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from collector.core.settings import shown
from collector.jobs import backfill, budget, completeness, coverage, drift, look, quarantine, raw, show
from collector.jobs.command import JSON, Command, Say, as_json, checked, clock_of, reading, settings_of
from collector.jobs.environment import release
from collector.jobs.run import run
from collector.store.migrate import migrate

__all__ = ["ALL", "checked"]


def _run(arguments: Namespace, say: Say) -> int:
    return run(settings_of(arguments), say)


def _stream(arguments: Namespace, say: Say) -> int:
    # Here, so that a pass every five minutes does not load a WebSocket library that it never uses.
    from collector.jobs.stream.service import stream  # noqa: PLC0415 - see above

    return stream(settings_of(arguments), say)


def _migrate(arguments: Namespace, say: Say) -> int:
    dsn = arguments.dsn or settings_of(arguments).database_dsn
    outcome = migrate(dsn)
    for name in outcome.applied:
        say(f"applied {name}")
    say(
        f"the database is at {outcome.version}, {len(outcome.applied)} new; calendar: {outcome.sessions} sessions"
    )
    return 0


def _settings(arguments: Namespace, say: Say) -> int:
    for name, value in shown(settings_of(arguments)).items():
        say(f"{name:23} {value}")
    return 0


def _status(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    with reading(settings) as connection:
        found = look.status(settings, connection, clock_of(settings).now())
    for line in [as_json(asdict(found))] if arguments.json else show.status(found, release()):
        say(line)
    return 0


ALL = (
    Command("run", "take one pass over everything that is due", _run),
    backfill.COMMAND,
    Command("stream", "listen to the live stream until it is asked to end (a service)", _stream),
    Command(
        "migrate",
        "bring the database to this release",
        _migrate,
        ((("--dsn",), {"metavar": "DSN", "help": "connect so instead of by COLLECTOR_DATABASE_DSN"}),),
    ),
    Command(
        "status",
        "show feeds, rows, freshness, coverage and the next run",
        _status,
        (JSON,),
    ),
    coverage.COMMAND,
    completeness.COMMAND,
    quarantine.COMMAND,
    raw.COMMAND,
    drift.COMMAND,
    budget.COMMAND,
    Command("settings", "check the settings and show them without secrets", _settings),
)
