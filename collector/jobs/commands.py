"""Collects dark-pool prints and options flow into PostgreSQL, exactly once."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from collector.core.settings import Settings, read, shown
from collector.jobs.environment import gather
from collector.sources import registered
from collector.store.migrate import migrate

Say = Callable[[str], None]


@dataclass(frozen=True)
class Command:
    name: str
    help: str
    call: Callable[[Namespace, Say], int]
    arguments: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = ()


def settings_of(arguments: Namespace) -> Settings:
    feeds = [source.name for source in registered()]
    return read(gather(arguments.env_file), feeds)


def _migrate(arguments: Namespace, say: Say) -> int:
    dsn = arguments.dsn or settings_of(arguments).database_dsn
    outcome = migrate(dsn)
    for name in outcome.applied:
        say(f"applied {name}")
    say(f"the database is at {outcome.version}, {len(outcome.applied)} new; calendar: {outcome.sessions} sessions")
    return 0


def _settings(arguments: Namespace, say: Say) -> int:
    for name, value in shown(settings_of(arguments)).items():
        say(f"{name:16} {value}")
    return 0


ALL = (
    Command(
        "migrate",
        "bring the database to this release",
        _migrate,
        ((("--dsn",), {"metavar": "DSN", "help": "connect so instead of by COLLECTOR_DATABASE_DSN"}),),
    ),
    Command("settings", "check the settings and show them without secrets", _settings),
)
