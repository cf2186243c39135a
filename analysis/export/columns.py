"""What a column of the database becomes, and what a reader must know about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

# The same in every file of a feed, so that files can be read together. 28 digits before the point, 10 after it.
NUMBER = pa.decimal128(38, 10)
TYPES = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "numeric": NUMBER,
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
    "jsonb": pa.string(),
    "text": pa.string(),
}
MEASURES = re.compile(r"US dollars(?: a share)?|[Ss]hares|[Cc]ontracts|0 to 100")
FIXED = {"timestamp with time zone": "UTC", "date": "New York date", "jsonb": "JSON"}


@dataclass(frozen=True)
class Column:
    """As the database has it; `meaning` is its comment there."""

    name: str
    type: str
    meaning: str

    @property
    def unit(self) -> str:
        """The first measure that the comment names; nothing where it names none."""
        if self.type in FIXED:
            return FIXED[self.type]
        found = MEASURES.search(self.meaning) if self.type == "numeric" else None
        return found[0].lower().replace("us ", "US ") if found else ""


@dataclass(frozen=True)
class Kind:
    """A value of the column that says what a row is, such as metric_type, with its own unit and meaning."""

    column: str
    value: str
    unit: str
    meaning: str


def schema(columns: tuple[Column, ...]) -> pa.Schema:
    """Types and meanings, which travel inside the file too."""
    return pa.schema(
        [
            pa.field(one.name, TYPES[one.type], metadata={"meaning": one.meaning, "unit": one.unit})
            for one in columns
        ]
    )


def dictionary(columns: tuple[Column, ...], kinds: tuple[Kind, ...]) -> list[tuple[str, str, str, str]]:
    """Lines of column, type, unit and meaning, with a head; a kind of row stands as column=value."""
    lines = [("column", "type", "unit", "meaning")]
    lines += [(one.name, str(TYPES[one.type]), one.unit, one.meaning) for one in columns]
    return lines + [(f"{one.column}={one.value}", "", one.unit, one.meaning) for one in kinds]
