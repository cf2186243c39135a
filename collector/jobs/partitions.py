"""`collector partitions`: which months the growing tables have; the next ones are made before they are needed."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.settings import Settings
from collector.jobs.command import JSON, Argument, Command, Say, as_json, reading, settings_of
from collector.store import database, reads

# A collector that is asleep for so long still finds what it needs ready; it makes what is missing itself.
AHEAD = 3


@dataclass(frozen=True)
class Months:
    """A table's partitions; `ready`: next month's is there."""

    table: str
    partitions: int
    first: date | None
    last: date | None
    ready: bool


def found(connection: Connection) -> tuple[Months, ...]:
    """Of each table that has partitions."""
    return tuple(Months(*row) for row in reads.rows(connection, "partitions"))


def make_ahead(settings: Settings) -> int:
    """This month's and the next ones'; how many were missing."""
    with closing(database.writer(settings.database_dsn)) as connection:
        return int(reads.rows(connection, "make_partitions_ahead", months=AHEAD)[0][0])


def lines(months: Sequence[Months]) -> Iterator[str]:
    """A line a table, for people."""
    for one in months:
        reach = f"{one.first:%Y-%m} to {one.last:%Y-%m}" if one.first and one.last else "none"
        yield f"{one.table:16} {one.partitions:>4} months  {reach}{'' if one.ready else '  next month is missing'}"


def _partitions(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    made = make_ahead(settings) if arguments.make else None
    with reading(settings) as connection:
        months = found(connection)
    if arguments.json:
        say(as_json([asdict(one) for one in months]))
        return 0
    for line in lines(months):
        say(line)
    if made is not None:
        say(f"{made} partitions were missing and are made")
    return 0


MAKE: Argument = (("--make",), {"action": "store_true", "help": f"make the next {AHEAD} months' first"})
COMMAND = Command(
    "partitions",
    "show the months of the tables that grow, and make the next ones",
    _partitions,
    (MAKE, JSON),
)
