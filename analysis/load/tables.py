"""Arrow tables into files: Parquet, CSV or Arrow, with a data dictionary beside them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from analysis.load.written import place
from collector.core.errors import Terminal

FORMATS: dict[str, Callable[[Path, pa.Schema], Any]] = {
    "parquet": lambda path, schema: pq.ParquetWriter(path, schema, compression="zstd"),
    "csv": pyarrow.csv.CSVWriter,
    "arrow": pa.ipc.new_file,
}


def beside(path: Path) -> Path:
    """Where the data dictionary of a file is."""
    return path.with_suffix(".dictionary.csv")


def refuse_to_replace(path: Path) -> None:
    """Raise Terminal if the file or its dictionary is there."""
    for one in (path, beside(path)):
        if one.exists():
            raise Terminal(f"{one} is there already; --force replaces it")


def write(
    path: Path, form: str, schema: pa.Schema, tables: Iterable[pa.Table], lines: Sequence[tuple[str, ...]]
) -> int:
    """Write both files, whole or not at all; the number of rows. Without a row nothing is written.

    Raises:
        Terminal: it cannot be written.
    """
    rows = 0
    with place(path) as data, place(beside(path)) as words:
        with FORMATS[form](data, schema) as file:
            for table in tables:
                file.write_table(table)
                rows += table.num_rows
        if not rows:
            raise Nothing
        with words.open("w", newline="", encoding="utf-8") as dictionary:
            csv.writer(dictionary).writerows(lines)
    return rows


class Nothing(Exception):
    """There was no row."""
