"""What a word of the command line is, and what most of them begin with."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector import channels
from collector.core.clock import Clock
from collector.core.settings import Settings, read
from collector.jobs import schedule
from collector.jobs.environment import gather
from collector.sources import registered
from collector.store import database

Say = Callable[[str], None]
Argument = tuple[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Command:
    """A word of the command line, its help and what it calls; or a word that has further `words`."""

    name: str
    help: str
    call: Callable[[Namespace, Say], int] | None
    arguments: tuple[Argument, ...] = ()
    words: tuple[Command, ...] = ()


def checked(environment: Mapping[str, str]) -> Settings:
    """Return an environment's settings, or SettingsError with all problems at once; the deploy asks this too."""
    more = {
        "schedule": schedule.check,
        "retain_schedule": schedule.check,
        "keep_hot": known_tables,
        "feeds": known_feeds,
        "cadence": known_feeds,
        "stream_channels": known_channels,
    }
    return read(environment, more)


def settings_of(arguments: Namespace) -> Settings:
    """Return the settings of the env files and the process."""
    return checked(gather(arguments.env_file))


def known_feeds(feeds: Iterable[str]) -> None:
    """ValueError with the fix when one is not registered."""
    known = [source.name for source in registered()]
    wrong = [feed for feed in feeds if feed not in known]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is not a feed: the feeds are {', '.join(known)}")


def known_tables(names: Iterable[str]) -> None:
    """ValueError with the fix when no feed fills one."""
    known = sorted({"history", *(source.table[1] for source in registered())})
    wrong = [name for name in names if name not in known]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is not a table of a feed: the tables are {', '.join(known)}")


def known_channels(names: Iterable[str]) -> None:
    """ValueError with the fix when one is not registered."""
    known = [channel.name for channel in channels.registered()]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is not a channel: the channels are {', '.join(known)}")


def clock_of(settings: Settings) -> Clock:
    """The clock that the settings move."""
    return Clock(timedelta(seconds=settings.clock_offset_s))


def day(text: str) -> date:
    """A date on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date: write 2026-11-20") from None


def _feed(text: str) -> str:
    try:
        known_feeds([text])
    except ValueError as reason:
        raise ArgumentTypeError(str(reason)) from None
    return text


JSON: Argument = (("--json",), {"action": "store_true", "help": "the same facts for machines"})
FEED: Argument = (("--feed",), {"metavar": "FEED", "help": "of this feed only"})
KNOWN_FEED: Argument = (("--feed",), {"metavar": "FEED", "type": _feed, "help": "of this feed only"})
SYMBOL: Argument = (("--symbol",), {"metavar": "SYMBOL", "type": str.upper, "help": "of this symbol only"})
PERIOD: tuple[Argument, ...] = tuple(
    (
        (flag,),
        {"dest": name, "metavar": "DATE", "type": day, "help": f"{what}, as in 2026-11-20"},
    )
    for flag, name, what in (("--from", "first", "first session"), ("--to", "last", "last session"))
)


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """A connection that cannot write."""
    with closing(database.reader(settings.database_dsn)) as connection:
        yield connection


def as_json(facts: object) -> str:
    """JSON text for machines; times are UTC."""
    return json.dumps(facts, default=_plain, indent=2)


def _plain(value: object) -> Any:  # noqa: ANN401 - json's contract
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
