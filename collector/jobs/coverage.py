"""What of the sessions is collected and what is open, for people and for machines."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import groupby

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.sessions import Session
from collector.jobs import look
from collector.jobs.command import (
    JSON,
    KNOWN_FEED,
    PERIOD,
    SYMBOL,
    Command,
    Say,
    as_json,
    clock_of,
    reading,
    settings_of,
)
from collector.jobs.days import Day
from collector.jobs.words import WIDTH, between, cut, percent, side_by_side, when
from collector.store import reads

One = tuple[str, str, Day]
MOST_HOLES = 2


def sessions_of(
    connection: Connection, first: date | None, last: date | None, now: datetime
) -> Sequence[Session] | None:
    """The sessions of the asked dates that have begun; None when no date was given."""
    if not first and not last:
        return None
    found = reads.calendar(connection).between(first or date.min, last or date.max)
    return [session for session in found if session.day[0] <= now]


def _coverage(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    now = clock_of(settings).now()
    with reading(settings) as connection:
        sessions = sessions_of(connection, arguments.first, arguments.last, now)
        found = look.status(settings, connection, now, sessions)
    ones = [
        (feed.name, feed.symbol, day)
        for feed in found.feeds
        if arguments.feed in (None, feed.name) and arguments.symbol in (None, feed.symbol)
        for day in feed.days
    ]
    for line in [_json(ones)] if arguments.json else listed(ones, now, everything=arguments.all):
        say(line)
    return 0


def _json(ones: Sequence[One]) -> str:
    return as_json(
        [{"feed": feed, "symbol": symbol, **asdict(day), "open": day.is_open} for feed, symbol, day in ones]
    )


def listed(ones: Sequence[One], now: datetime, *, everything: bool) -> Iterator[str]:
    """A session a block, the newest first: what is open, or everything."""
    if not ones:
        yield "nothing was collected of these sessions"
    width = max((len(feed) for feed, _, _ in ones), default=0)
    newest_first = sorted(ones, key=lambda one: one[2].session, reverse=True)
    for session, group in groupby(newest_first, key=lambda one: one[2].session):
        found = list(group)
        whole = sum(not day.is_open for _, _, day in found)
        yield f"{session:%a %Y-%m-%d}  {whole} of {len(found)} have all that was due"
        yield from _session([one for one in found if everything or one[2].is_open], width, now)


def _session(ones: Sequence[One], width: int, now: datetime) -> Iterator[str]:
    """Symbols that are alike in a feed stand side by side."""
    names = max(7, min(20, WIDTH - 44 - width))
    alike: dict[tuple[str, str], list[str]] = {}
    for feed, symbol, day in ones:
        alike.setdefault((feed, _facts(day, now)), []).append(symbol)
    for (feed, facts), symbols in alike.items():
        yield cut(f"  {feed:{width}} {side_by_side(symbols, names):{names}} {facts}")


def _facts(day: Day, now: datetime) -> str:
    """Covered share, how far it has come, and what is open or when it was fetched."""
    covered = "-" if day.covered is None else percent(day.covered, whole=not day.holes)
    holes = " ".join(map(between, day.holes[:MOST_HOLES]))
    more = f" +{len(day.holes) - MOST_HOLES}" if len(day.holes) > MOST_HOLES else ""
    fetched = f"last {when(day.collected_at, now)}" if day.collected_at else "never fetched"
    return f"{covered:>7} {day.stage:9} {holes + more or day.lacks or fetched}"


COMMAND = Command(
    "coverage",
    "show what of the last sessions is collected and what is open",
    _coverage,
    (
        *PERIOD,
        KNOWN_FEED,
        SYMBOL,
        (("--all",), {"action": "store_true", "help": "also what has all that was due"}),
        JSON,
    ),
)
