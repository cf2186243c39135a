"""A row finds its month: partitions that rows need and that are not there yet are made before the rows are stored.

None waits for rows of any month (docs/decisions/0051-months.md), so the years of a backfill are made here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.clock import new_york_date
from collector.core.source import Source
from collector.store import reads

Table = tuple[str, str]
# What changes a row notes the old one there, under the time of the fetch.
HISTORY = ("trading", "history")


@dataclass
class _Known:
    """What a connection has learned: each table's key, and the months whose partitions are there."""

    keys: Mapping[Table, str]
    there: dict[Table, set[date]] = field(default_factory=dict)


_learned: WeakKeyDictionary[Connection, _Known] = WeakKeyDictionary()


def ready(connection: Connection, source: Source, rows: Iterable[Any], fetched_at: datetime) -> None:
    """Every row has a partition to go to, in a transaction of its own; costs nothing once the month is known."""
    known = _known(connection)
    key = known.keys.get(source.table)
    if key is None or key not in source.columns:
        return
    place = source.columns.index(key)
    _make(connection, known, source.table, {_month(row[place]) for row in _ends(rows, place)})
    if source.restates or source.vanishes:
        _make(connection, known, HISTORY, {_month(fetched_at)})


def forget(connection: Connection) -> None:
    """What was known may have changed: a month can be archived while a service goes on."""
    _learned.pop(connection, None)


def _known(connection: Connection) -> _Known:
    found = _learned.get(connection)
    if found is None:
        found = _Known(
            {(schema, table): key for schema, table, key in reads.rows(connection, "partition_keys")}
        )
        _learned[connection] = found
    return found


def _ends(rows: Iterable[Any], place: int) -> list[Any]:
    """The rows that tell all months: the first and the last where they are of one, which is nearly always."""
    given = [row for row in rows if row[place] is not None]
    if not given:
        return []
    ends = [min(given, key=lambda row: row[place]), max(given, key=lambda row: row[place])]
    return ends if _month(ends[0][place]) == _month(ends[1][place]) else given


def _month(at: date | datetime) -> date:
    """The month of New York that it lies in."""
    return (new_york_date(at) if isinstance(at, datetime) else at).replace(day=1)


def _make(connection: Connection, known: _Known, table: Table, months: set[date]) -> None:
    there = known.there.setdefault(table, set())
    missing = sorted(months - there)
    if missing:
        reads.rows(connection, "make_partitions", table=table[1], days=missing)
        there.update(missing)
