"""Rows of a table wherever they are, in the database or in the archive: the one way in which analysis reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from analysis.load import archive
from collector.core.clock import new_york_date
from collector.store import files

_HOT = "select {columns} from trading.{table} where symbol = any({symbols}) and {key} >= {start} and {key} < {end}"
_LAST = "select {by}, max({column}) from ({asked}) asked group by {by}"
_ONLY = " and {column} = any({values})"
# Of a table without months.
_DAY = "session_date"
_HOLD = "lock table trading.{table} in access share mode"


@dataclass(frozen=True)
class Wanted:
    """Rows of a table of trading: some symbols', with their time (or day, as its months go) in [start, end).

    `only` has the values that are wanted in a column.
    """

    table: str
    symbols: tuple[str, ...]
    start: date | datetime
    end: date | datetime
    columns: tuple[str, ...]
    only: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def rows(connection: Connection, wanted: Wanted, folder: str = archive.FOLDER) -> pd.DataFrame:
    """The rows in the order of their time, each once.

    A row that came again after its month was archived is there twice; the later one counts.
    """
    with _held(connection, wanted.table) as cursor:
        by = _key(cursor, wanted.table)
        identity = [name for (name,) in _ask(cursor, "identity_of", table=wanted.table)] or ["id"]
        asked = replace(wanted, columns=tuple(dict.fromkeys(["id", by, *identity, *wanted.columns])))
        here, paths = list(_hot(cursor, asked, by)), _folders(cursor, wanted, folder)
    # Rows of a month that are in one place alone are there once: the table's key said so.
    doubtful = paths and (here or len({path.parent for path in paths}) < len(paths))
    if not (here or doubtful):
        asked = replace(wanted, columns=tuple(dict.fromkeys(["id", by, *wanted.columns])))
    everything = [*_archived(paths, asked, by), *here]
    found = pd.DataFrame.from_records(everything, columns=asked.columns)
    if doubtful:
        found = found.sort_values("id").drop_duplicates(identity, keep="last")
    return found.sort_values([by, "id"]).reset_index(drop=True)[list(wanted.columns)]


def last(connection: Connection, wanted: Wanted, folder: str = archive.FOLDER) -> dict[Any, Any]:
    """Of two wanted columns, the greatest value of the second for each of the first; no row is looked at one by one."""
    by, column = wanted.columns
    with _held(connection, wanted.table) as cursor:
        key = _key(cursor, wanted.table)
        hot = sql.SQL(_LAST).format(
            by=sql.Identifier(by), column=sql.Identifier(column), asked=question(wanted, key)
        )
        cursor.execute(hot)
        found = dict(cursor.fetchall())
        for path in _folders(cursor, wanted, folder):
            for symbol in wanted.symbols:
                there = archive.last(path, symbol, (by, column), _where(wanted, key))
                found |= {one: max(at, found.get(one, at)) for one, at in there.items()}
    return found


def key(connection: Connection, table: str) -> str:
    """The column by whose time or day rows of the table are asked for."""
    with connection.cursor() as cursor:
        return _key(cursor, table)


def question(wanted: Wanted, key: str) -> sql.Composed:
    """What is asked of the database."""
    asked = sql.SQL(_HOT).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, wanted.columns)),
        table=sql.Identifier(wanted.table),
        key=sql.Identifier(key),
        symbols=sql.Literal(list(wanted.symbols)),
        start=sql.Literal(wanted.start),
        end=sql.Literal(wanted.end),
    )
    for column, values in wanted.only.items():
        asked += sql.SQL(_ONLY).format(column=sql.Identifier(column), values=sql.Literal(list(values)))
    return asked


@contextmanager
def _held(connection: Connection, table: str) -> Iterator[Cursor]:
    """A new transaction, and the lock before its first look: no month leaves while both places are read."""
    connection.rollback()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_HOLD).format(table=sql.Identifier(table)))
        yield cursor


def _hot(cursor: Cursor, wanted: Wanted, key: str) -> Iterator[tuple[Any, ...]]:
    cursor.execute(question(wanted, key))
    yield from cursor.fetchall()


def _archived(paths: Sequence[Path], wanted: Wanted, key: str) -> Iterator[tuple[Any, ...]]:
    for path in paths:
        for symbol in wanted.symbols:
            yield from archive.rows(path, symbol, wanted.columns, _where(wanted, key))


def _folders(cursor: Cursor, wanted: Wanted, folder: str) -> list[Path]:
    span = {"first": _month(wanted.start), "last": _month(wanted.end)}
    return [Path(folder) / name for (name,) in _ask(cursor, "archives_of", table=wanted.table, **span)]


def _where(wanted: Wanted, key: str) -> archive.Where:
    only = [(column, "in", tuple(values)) for column, values in wanted.only.items()]
    return [(key, ">=", wanted.start), (key, "<", wanted.end), *only]


def _key(cursor: Cursor, table: str) -> str:
    keys = {name: key for _, name, key in _ask(cursor, "partition_keys")}
    return str(keys.get(table, _DAY))


def _ask(cursor: Cursor, query: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - SQL's values
    cursor.execute(files.query(query), values)
    return list(cursor.fetchall())


def _month(at: date | datetime) -> date:
    return (new_york_date(at) if isinstance(at, datetime) else at).replace(day=1)
