"""Rows of pandas to an Arrow table, exactly or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.export.columns import NUMBER, TYPES, Column, schema


def table(rows: pd.DataFrame, columns: tuple[Column, ...]) -> pa.Table:
    """The rows with the columns' types.

    Raises:
        ValueError: a number has more digits than fit; nothing is rounded.
    """
    return pa.Table.from_arrays([_array(rows[one.name], one) for one in columns], schema=schema(columns))


def _array(values: pd.Series, column: Column) -> pa.Array:
    make = _MAKE.get(column.type, _as_it_is)
    plain = [None if _is_nothing(value) else make(value) for value in values]
    try:
        return pa.array(plain, TYPES[column.type])
    except pa.ArrowInvalid as reason:
        raise ValueError(f"a value of {column.name} does not fit into {NUMBER}: {reason}") from reason


def _is_nothing(value: Any) -> bool:  # noqa: ANN401 - what pandas has in a cell
    return value is None or value is pd.NaT or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _time(value: Any) -> datetime:  # noqa: ANN401 - same
    found: datetime = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    return found


def _json(value: Any) -> str:  # noqa: ANN401 - same
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - same
    return value


_MAKE: dict[str, Callable[[Any], Any]] = {
    "bigint": int,
    "integer": int,
    "smallint": int,
    "timestamp with time zone": _time,
    "jsonb": _json,
}
