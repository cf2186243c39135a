"""Collects dark-pool prints and options flow into PostgreSQL, exactly once."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from collector.core.settings import Settings, read, shown
from collector.jobs import schedule
from collector.jobs.environment import gather
from collector.jobs.run import run
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
    """Checked, with all problems at once."""
    return read(gather(arguments.env_file), {"schedule": schedule.check, "feeds": _known_feeds})


def _known_feeds(feeds: Sequence[str]) -> None:
    known = [source.name for source in registered()]
    wrong = [feed for feed in feeds if feed not in known]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is not a feed: the feeds are {', '.join(known)}")


def _run(arguments: Namespace, say: Say) -> int:
    return run(settings_of(arguments), say)


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
    Command("run", "take one pass over everything that is due", _run),
    Command(
        "migrate",
        "bring the database to this release",
        _migrate,
        ((("--dsn",), {"metavar": "DSN", "help": "connect so instead of by COLLECTOR_DATABASE_DSN"}),),
    ),
    Command("settings", "check the settings and show them without secrets", _settings),
)
