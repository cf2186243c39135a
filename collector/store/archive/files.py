"""A unit's folder: written beside, flushed to the disk, read back whole, and only then moved to its name."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.errors import Terminal
from collector.store import disk, files, reads
from collector.store.archive import parquet
from collector.store.archive.unit import MANIFEST, Facts, Row, Unit, Written
from collector.store.database import transaction

# Rows of a table without symbols.
EVERYTHING = "ALL"


def write(connection: Connection, unit: Unit, partial: Path) -> Iterator[str]:
    """One file a symbol, from one look at the table; yields the symbol when its file is whole."""
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    columns = reads.rows(connection, "archive_columns", table=unit.table)
    names = [name for name, _ in columns]
    place = names.index("symbol") if "symbol" in names else None
    with _rows(connection, unit, _order(connection, unit, names)) as rows:
        for symbol, group in groupby(rows, lambda row: EVERYTHING if place is None else row[place] or ""):
            with parquet.writing(partial / f"{quote(symbol, safe='')}.parquet", columns) as put:
                for batch in _batches(group):
                    put(batch)
            yield symbol


def read_back(unit: Unit, partial: Path) -> Written:
    """What is really in the files, told by reading them; it is noted in their manifest."""
    written = Written(unit)
    for path in sorted(partial.glob("*.parquet")):
        disk.flush(path)
        facts = Facts()
        for batch in parquet.read(path):
            facts.add(batch)
        written.facts.join(facts)
        written.bytes += path.stat().st_size
        written.files.append(
            {
                "name": path.name,
                "rows": facts.rows,
                "content": facts.content,
                "sha256": _sha256(path),
            }
        )
    manifest = {
        "table": unit.table,
        "month": f"{unit.month:%Y-%m}",
        "kind": unit.kind,
        "part": unit.part,
        "rows": written.facts.rows,
        "content": written.facts.content,
        "files": written.files,
    }
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    disk.flush(partial / MANIFEST)
    return written


def move(partial: Path, folder: Path) -> None:
    """To its name, for good. What is there already was never released, or its part would have another number."""
    # Its group's too, whatever the unit's umask: the backups take copies.
    for path in partial.iterdir():
        path.chmod(0o640)
    for path in (partial, folder.parent, folder.parent.parent):
        path.chmod(0o750)
    disk.flush(partial)
    if folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)
    for parent in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
        disk.flush(parent)


def compare(connection: Connection, written: Written) -> None:
    """Terminal when the table does not say what the files say."""
    unit = written.unit
    ((rows, content),) = reads.rows(
        connection, "archive_facts", table=unit.table, month=unit.month, kind=unit.kind
    )
    if (rows, content) != (written.facts.rows, written.facts.content):
        raise Terminal(
            f"{unit}: {written.facts.rows} rows in the files, {rows} in the table, or not the same ones"
        )


def _order(connection: Connection, unit: Unit, names: Sequence[str]) -> str:
    """By symbol, and by time: who reads a day of a file then opens that day's groups of rows and no others."""
    keys = {table: key for _, table, key in reads.rows(connection, "partition_keys")}
    wanted = ("symbol", keys[unit.table], "collected_at")
    return ", ".join(str(names.index(name) + 1) for name in wanted if name in names)


@contextmanager
def _rows(connection: Connection, unit: Unit, order: str) -> Iterator[Iterator[Row]]:
    """In that order; the server keeps what has not been fetched."""
    values = {"table": unit.table, "month": unit.month, "kind": unit.kind}
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute(files.query("archive_rows"), values)
        ((question,),) = cursor.fetchall()
        with connection.cursor("archived") as rows:
            rows.itersize = parquet.BATCH
            rows.execute(f"{question} order by {order}")
            yield iter(rows)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == parquet.BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()
