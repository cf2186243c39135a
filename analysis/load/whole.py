"""Rows of a table wherever they are, in the database or in the archive: the one way in which analysis reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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

_HOT = "select {columns} from trading.{table} where symbol = {symbol} and {key} >= {start} and {key} < {end}"
_ONLY = " and {column} = any({values})"
# Of a table without months.
_DAY = "session_date"
_HOLD = "lock table trading.{table} in access share mode"


@dataclass(frozen=True)
class Wanted:
    """Rows of a table of trading: a symbol's, with their time (or day, as its months go) in [start, end).

    `only` is a column and the values that are wanted in it.
    """

    table: str
    symbol: str
    start: date | datetime
    end: date | datetime
    columns: tuple[str, ...]
    only: tuple[str, tuple[str, ...]] | None = None


def rows(connection: Connection, wanted: Wanted, folder: str = archive.FOLDER) -> pd.DataFrame:
    """The rows in the order of their time, each once.

    A row that came again after its month was archived is there twice; the later one counts.
    """
    # A new transaction, and the lock before its first look: no month moves from here to there while both are read.
    connection.rollback()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_HOLD).format(table=sql.Identifier(wanted.table)))
        by = _key(cursor, wanted.table)
        identity = [name for (name,) in _ask(cursor, "identity_of", table=wanted.table)] or ["id"]
        asked = replace(wanted, columns=tuple(dict.fromkeys(["id", by, *identity, *wanted.columns])))
        everything = [*_archived(cursor, asked, by, folder), *_hot(cursor, asked, by)]
    found = pd.DataFrame.from_records(everything, columns=asked.columns)
    once = found.sort_values("id").drop_duplicates(identity, keep="last")
    return once.sort_values([by, "id"]).reset_index(drop=True)[list(wanted.columns)]


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
        symbol=sql.Literal(wanted.symbol),
        start=sql.Literal(wanted.start),
        end=sql.Literal(wanted.end),
    )
    if wanted.only is None:
        return asked
    column, values = wanted.only
    return asked + sql.SQL(_ONLY).format(column=sql.Identifier(column), values=sql.Literal(list(values)))


def _hot(cursor: Cursor, wanted: Wanted, key: str) -> Iterator[tuple[Any, ...]]:
    cursor.execute(question(wanted, key))
    yield from cursor.fetchall()


def _archived(cursor: Cursor, wanted: Wanted, key: str, folder: str) -> Iterator[tuple[Any, ...]]:
    first, last = _month(wanted.start), _month(wanted.end)
    where: list[tuple[str, str, Any]] = [(key, ">=", wanted.start), (key, "<", wanted.end)]
    if wanted.only:
        where.append((wanted.only[0], "in", wanted.only[1]))
    for (name,) in _ask(cursor, "archives_of", table=wanted.table, first=first, last=last):
        yield from archive.rows(Path(folder) / name, wanted.symbol, wanted.columns, where)


def _key(cursor: Cursor, table: str) -> str:
    keys = {name: key for _, name, key in _ask(cursor, "partition_keys")}
    return str(keys.get(table, _DAY))


def _ask(cursor: Cursor, query: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - SQL's values
    cursor.execute(files.query(query), values)
    return list(cursor.fetchall())


def _month(at: date | datetime) -> date:
    return (new_york_date(at) if isinstance(at, datetime) else at).replace(day=1)
