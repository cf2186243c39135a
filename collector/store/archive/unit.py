"""What is archived at once: some rows of one month of one table, and the facts that hold files and table together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

Row = Sequence[str | None]
# As ops.archive_facts puts a row's texts together.
_BETWEEN, _NULL = "\x1f", "\x01"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Unit:
    """`kind` says which rows of the month: all, or snapshots that are thinned. `bytes` is the partition's size."""

    table: str
    month: date
    kind: str
    part: int
    bytes: int = 0

    @property
    def folder(self) -> str:
        """Below the archive's folder."""
        return f"{self.table}/{self.month:%Y-%m}/{self.part}"

    def __str__(self) -> str:
        """As people are told."""
        what = "old snapshots of " if self.kind == "thinned" else ""
        return f"{what}{self.table} {self.month:%Y-%m}"


@dataclass
class Facts:
    """Number and content of rows; the order of the rows makes no difference."""

    rows: int = 0
    left: int = 0
    right: int = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Takes more rows in."""
        for row in rows:
            text = _BETWEEN.join([_NULL if value is None else value for value in row])
            found = hashlib.md5(text.encode(), usedforsecurity=False).digest()
            self.rows += 1
            self.left += int.from_bytes(found[:8], "big", signed=True)
            self.right += int.from_bytes(found[8:], "big", signed=True)

    def join(self, other: Facts) -> None:
        """Takes another file's rows in."""
        self.rows += other.rows
        self.left += other.left
        self.right += other.right

    @property
    def content(self) -> str:
        """As PostgreSQL says it."""
        return f"{self.left}/{self.right}"


@dataclass
class Written:
    """Files of one unit as they were read back."""

    unit: Unit
    facts: Facts = field(default_factory=Facts)
    files: list[dict[str, object]] = field(default_factory=list)
    bytes: int = 0
