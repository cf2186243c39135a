"""Keys that the vendor's contract promises and that rows came without: an alarm until somebody has looked."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core import logging
from collector.core.errors import Terminal
from collector.jobs.command import JSON, Command, Say, as_json, clock_of, reading, settings_of
from collector.jobs.words import in_width, when
from collector.store import database, ledger, reads


@dataclass(frozen=True)
class Drift:
    """A key that was missing; `rows` counts repeats too; `alarm` until it is acknowledged."""

    feed: str
    key: str
    first_seen_at: datetime
    last_seen_at: datetime
    rows: int
    acknowledged_at: datetime | None
    alarm: bool


def find(connection: Connection) -> tuple[Drift, ...]:
    """All that were ever seen."""
    return tuple(Drift(*row) for row in reads.rows(connection, "drift"))


def log(connection: Connection, since: datetime) -> None:
    """An error in the log for each key that the pass that began at `since` has missed."""
    for one in find(connection):
        if one.last_seen_at >= since:
            logging.error("schema drift", feed=one.feed, key=one.key, rows=one.rows, since=one.first_seen_at)


def alarms(found: Sequence[Drift], now: datetime) -> Iterator[str]:
    """What `collector status` says of those that nobody has acknowledged."""
    for one in found:
        if one.alarm:
            since = f"since {when(one.first_seen_at, now)} ({one.rows} rows)"
            yield from in_width(f"ALARM: {one.key} is missing from {one.feed} {since}: `collector drift`")


def listed(found: Sequence[Drift], now: datetime) -> Iterator[str]:
    """Each key with what to do about it."""
    if not found:
        yield "no key that the contract promises was ever missing"
        return
    for one in found:
        state = "ALARM" if one.alarm else "known"
        yield from in_width(f"{state}  {one.feed}: {one.key} is missing", indent=7)
        times = f"since {when(one.first_seen_at, now)}, last {when(one.last_seen_at, now)}"
        yield f"       {times}, {one.rows:,} rows; they are stored without it"
        if one.alarm:
            yield from in_width(f"       you know: `collector drift --seen {one.feed} {one.key}`", indent=7)


def _drift(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    now = clock_of(settings).now()
    if arguments.seen:
        feed, key = arguments.seen
        _acknowledge(settings.database_dsn, feed, key, now)
    with reading(settings) as connection:
        found = find(connection)
    for line in [as_json([asdict(one) for one in found])] if arguments.json else listed(found, now):
        say(line)
    return 0


def _acknowledge(dsn: str, feed: str, key: str, now: datetime) -> None:
    with closing(database.writer(dsn)) as connection:
        if not ledger.acknowledge_drift(connection, feed, key, now):
            raise Terminal(f"{key} was never missing from {feed}: `collector drift` names feeds and keys")


COMMAND = Command(
    "drift",
    "keys that the vendor stopped sending",
    _drift,
    (
        (
            ("--seen",),
            {"nargs": 2, "metavar": ("FEED", "KEY"), "help": "you know: quiet until it is seen again"},
        ),
        JSON,
    ),
)
