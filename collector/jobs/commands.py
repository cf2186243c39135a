"""Collects dark-pool prints and options flow into PostgreSQL, exactly once."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from collector import channels
from collector.core.clock import Clock
from collector.core.errors import SettingsError
from collector.core.settings import Settings, read, shown
from collector.jobs import look, schedule, show
from collector.jobs.backfill import Wish, backfill
from collector.jobs.environment import gather, release
from collector.jobs.probe.questions import probe
from collector.jobs.run import run
from collector.sources import registered
from collector.store import database
from collector.store.migrate import migrate

Say = Callable[[str], None]


@dataclass(frozen=True)
class Command:
    """A word of the command line, its help and what it calls."""

    name: str
    help: str
    call: Callable[[Namespace, Say], int]
    arguments: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = ()


def checked(environment: Mapping[str, str]) -> Settings:
    """Return an environment's settings, or SettingsError with all problems at once; the deploy asks this too."""
    return read(
        environment,
        {
            "schedule": schedule.check,
            "feeds": known_feeds,
            "cadence": known_feeds,
            "stream_channels": known_channels,
        },
    )


def settings_of(arguments: Namespace) -> Settings:
    """Return the settings of the env files and the process."""
    return checked(gather(arguments.env_file))


def known_feeds(feeds: Iterable[str]) -> None:
    """ValueError with the fix when one is not registered."""
    known = [source.name for source in registered()]
    wrong = [feed for feed in feeds if feed not in known]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is not a feed: the feeds are {', '.join(known)}")


def known_channels(names: Iterable[str]) -> None:
    """ValueError with the fix when one is not registered."""
    known = [channel.name for channel in channels.registered()]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is not a channel: the channels are {', '.join(known)}")


def _run(arguments: Namespace, say: Say) -> int:
    return run(settings_of(arguments), say)


def _backfill(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    try:
        known_feeds(arguments.feed)
    except ValueError as reason:
        raise SettingsError([str(reason)]) from None
    wish = Wish(
        arguments.first,
        arguments.last or arguments.first,
        arguments.feed,
        arguments.symbol,
        arguments.dry_run,
    )
    return backfill(settings, wish, say)


def _stream(arguments: Namespace, say: Say) -> int:
    # Here, so that a pass every five minutes does not load a WebSocket library that it never uses.
    from collector.jobs.stream.service import stream  # noqa: PLC0415 - see above

    return stream(settings_of(arguments), say)


def _probe(arguments: Namespace, say: Say) -> int:
    return probe(settings_of(arguments), say, as_json=arguments.json)


def a_day(text: str) -> date:
    """YYYY-MM-DD, as argparse wants its types."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date: write it as 2026-11-20") from None


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
        say(f"{name:16} {value}")
    return 0


def _look(arguments: Namespace) -> look.Status:
    settings = settings_of(arguments)
    now = Clock(timedelta(seconds=settings.clock_offset_s)).now()
    with closing(database.reader(settings.database_dsn)) as connection:
        return look.status(settings, connection, now)


def _status(arguments: Namespace, say: Say) -> int:
    found = _look(arguments)
    lines = [show.as_json(found)] if arguments.json else show.status(found, release())
    for line in lines:
        say(line)
    return 0


def _coverage(arguments: Namespace, say: Say) -> int:
    for line in show.coverage(_look(arguments)):
        say(line)
    return 0


DAY: dict[str, Any] = {"metavar": "YYYY-MM-DD", "type": a_day}
ALL = (
    Command("run", "take one pass over everything that is due", _run),
    Command(
        "backfill",
        "fetch old days, newest first; may be stopped and started again at any time",
        _backfill,
        (
            (("--from",), {**DAY, "dest": "first", "required": True, "help": "first session"}),
            (("--to",), {**DAY, "dest": "last", "help": "last session (default: the first)"}),
            (("--feed",), {"action": "append", "default": [], "help": "only this feed; may be repeated"}),
            (("--symbol",), {"action": "append", "default": [], "help": "only this symbol; may be repeated"}),
            (("--dry-run",), {"action": "store_true", "help": "show what is open and ask for nothing"}),
        ),
    ),
    Command(
        "probe",
        "ask a real key what its plan gives and how the API behaves; stores nothing",
        _probe,
        ((("--json",), {"action": "store_true", "help": "the same verdicts for machines"}),),
    ),
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
        ((("--json",), {"action": "store_true", "help": "the same facts for machines"}),),
    ),
    Command("coverage", "show what of the last sessions is collected and what is open", _coverage),
    Command("settings", "check the settings and show them without secrets", _settings),
)
