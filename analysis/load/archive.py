"""Rows that left the database: read from the collector's Parquet files as psycopg2 would have given them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
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
    found = _table(folder, symbol, columns, where)
    if found is None:
        return
    read = {name: _READ.get(kind, _as_it_is) for name, kind in _kinds(found.schema).items()}
    values = [_values(found[name], read[name]) if name in read else [None] * len(found) for name in columns]
    yield from zip(*values, strict=True)


def _values(column: Any, read: Callable[[Any], Any]) -> list[Any]:  # noqa: ANN401 - pyarrow has no types
    """Each different text is read once: prices and sizes come again and again."""
    if read is not Decimal:
        return [None if value is None else read(value) for value in column.to_pylist()]
    once = column.combine_chunks().dictionary_encode()
    numbers = [Decimal(text) for text in once.dictionary.to_pylist()]
    return [None if place is None else numbers[place] for place in once.indices.to_pylist()]


def last(folder: Path, symbol: str, columns: tuple[str, str], where: Where) -> dict[Any, Any]:
    """The greatest value of the second column for each of the first.

    Raises:
        Terminal: the folder is not here.
    """
    found = _table(folder, symbol, columns, where)
    if found is None:
        return {}
    by, column = columns
    greatest = found.group_by(by).aggregate([(column, "max")])
    return dict(zip(greatest[by].to_pylist(), greatest[f"{column}_max"].to_pylist(), strict=True))


def _table(folder: Path, symbol: str, columns: Sequence[str], where: Where) -> Any:  # noqa: ANN401 - pyarrow has no types
    if not (folder / "manifest.json").is_file():
        raise Terminal(
            f"{folder} is not here, and its rows are nowhere else: copy the server's {FOLDER} "
            "and name the copy by --archive or ANALYSIS_ARCHIVE"
        )
    path = folder / f"{quote(symbol, safe='')}.parquet"
    if not path.is_file():
        return None
    kinds = _kinds(pq.read_schema(path))
    # Numbers are texts in the files, and of a number there are many.
    numbers = [one for one in where if kinds.get(one[0]) == "number"]
    # A column that is younger than the file has nothing in it.
    there = [name for name in (*columns, *(name for name, *_ in numbers)) if name in kinds]
    found = pq.read_table(
        path, columns=list(dict.fromkeys(there)), filters=[one for one in where if one not in numbers]
    )
    for name, _, values in numbers:
        wanted = pa.array([float(value) for value in values])
        found = found.filter(pc.is_in(pc.cast(found[name], pa.float64()), wanted))
    return found


def _kinds(schema: Any) -> dict[str, str]:  # noqa: ANN401 - same
    return {field.name: field.metadata[b"kind"].decode() for field in schema}


def _as_it_is(value: object) -> object:
    return value
