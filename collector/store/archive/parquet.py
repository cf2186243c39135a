"""Rows as texts to Parquet and back to the same texts, a few thousand at a time, so that a month needs little memory.

Prices and JSON are text in the files: no decimal type keeps the digits of every value as they were sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collector.store.archive.unit import Row

BATCH = 5_000
# The others keep what they were given once.
pa.set_memory_pool(pa.system_memory_pool())
_TYPES = {
    "integer": pa.int64(),
    "time": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "boolean": pa.bool_(),
}
Columns = Sequence[tuple[str, str]]


@contextmanager
def writing(path: Path, columns: Columns) -> Iterator[Callable[[Sequence[Row]], None]]:
    """A new file of rows with these columns (name and kind); what is yielded writes a group of rows."""
    kinds = [kind for _, kind in columns]
    fields = [
        pa.field(name, _TYPES.get(kind, pa.string()), metadata={"kind": kind}) for name, kind in columns
    ]
    schema = pa.schema(fields)

    def put(rows: Sequence[Row]) -> None:
        texts = zip(*rows, strict=True)
        arrays = [_typed(values, kind) for values, kind in zip(texts, kinds, strict=True)]
        file.write_table(pa.Table.from_arrays(arrays, schema=schema))

    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3) as file:
        yield put


def read(path: Path) -> Iterator[list[Row]]:
    """The rows of a file as the texts that they were made of."""
    with pq.ParquetFile(path) as file:
        kinds = [field.metadata[b"kind"].decode() for field in file.schema_arrow]
        for batch in file.iter_batches(BATCH, use_threads=False):
            columns = [
                _texts(values, kind).to_pylist() for values, kind in zip(batch.columns, kinds, strict=True)
            ]
            yield list(zip(*columns, strict=True))


def _typed(values: Sequence[str | None], kind: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    texts = pa.array(values, pa.string())
    if kind == "time":
        return texts.cast(pa.int64()).cast(_TYPES[kind])
    return texts.cast(_TYPES.get(kind, pa.string()))


def _texts(values: Any, kind: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    return (values.cast(pa.int64()) if kind == "time" else values).cast(pa.string())
