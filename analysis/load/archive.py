"""Rows that left the database: read from the collector's Parquet files as psycopg2 would have given them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq

from collector.core.errors import Terminal

# Where the droplet has them. On a laptop: a copy, named by --archive or ANALYSIS_ARCHIVE.
FOLDER = "/var/lib/collector/archive"
_READ: dict[str, Callable[[Any], Any]] = {"number": Decimal, "json": json.loads}
Where = Sequence[tuple[str, str, Any]]


def rows(folder: Path, symbol: str, columns: Sequence[str], where: Where) -> Iterator[tuple[Any, ...]]:
    """A symbol's rows in one folder for which all conditions (column, operator, value) hold.

    Raises:
        Terminal: the folder is not here, so an answer without it would be wrong.
    """
    if not (folder / "manifest.json").is_file():
        raise Terminal(
            f"{folder} is not here, and its rows are nowhere else: copy the server's {FOLDER} "
            "and name the copy by --archive or ANALYSIS_ARCHIVE"
        )
    path = folder / f"{quote(symbol, safe='')}.parquet"
    if not path.is_file():
        return
    # A column that is younger than the file has nothing in it.
    there = [name for name in columns if name in pq.read_schema(path).names]
    found = pq.read_table(path, columns=there, filters=list(where))
    read = {field.name: _READ.get(field.metadata[b"kind"].decode(), _as_it_is) for field in found.schema}
    values = [
        [None if value is None else read[name](value) for value in found[name].to_pylist()]
        if name in read
        else [None] * len(found)
        for name in columns
    ]
    yield from zip(*values, strict=True)


def _as_it_is(value: object) -> object:
    return value
