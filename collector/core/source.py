"""What a feed is: a value. What is peculiar to one endpoint is a field here, never an `if` elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

Raw = Mapping[str, Any]
MARKET = "MARKET"


@dataclass(frozen=True)
class Seen:
    """What is known about an answer besides its body."""

    symbol: str
    session_date: date
    fetched_at: datetime
    iv_rank: Decimal | None = None


@dataclass(frozen=True)
class BySecond:
    """Newest first, `older_than` strict on whole seconds, at most `limit` rows."""

    limit: int
    # What a second that holds more than `limit` rows can be cut by: (parameter's word, key of the row).
    slices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """One request shows it all. `keeps`: the vendor shows only so many rows and forgets the rest."""

    keeps: int | None = None


@dataclass(frozen=True)
class Source:
    """Column names are the row type's field names; `identity` and `restates` are among them."""

    name: str
    path: str
    table: tuple[str, str]
    row: type[NamedTuple]
    identity: tuple[str, ...]
    parse: Callable[[Raw, Seen], Sequence[Any]]
    page: BySecond | Snapshot
    priority: int
    restates: tuple[str, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    dated: bool = True
    per_symbol: bool = True
    options_hours: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return self.row._fields

    def symbols(self, wanted: Sequence[str]) -> tuple[str, ...]:
        return tuple(wanted) if self.per_symbol else (MARKET,)
