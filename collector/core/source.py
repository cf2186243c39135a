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


class OptionsFlow(NamedTuple):
    """A row of the table that the options feeds share."""

    symbol: str
    strike: Decimal | None
    expiry: date | None
    flow_type: str
    premium: Decimal | None
    contract_size: Decimal | None
    iv_rank: Decimal | None
    collected_at: datetime
    record_id: str
    session_date: date
    executed_at: datetime | None
    detail: str


class Metric(NamedTuple):
    """A row of the table of numbers."""

    symbol: str
    metric_type: str
    value: Decimal
    timestamp: datetime
    collected_at: datetime
    extra: str


@dataclass(frozen=True)
class BySecond:
    """Pages newest first, `older_than` strict on whole seconds, at most `limit` rows.

    `time_key` is the row's time. A second with more rows than a page is cut by the `slices`:
    whole numbers of the row that can be asked for with min_ and max_.
    """

    limit: int
    time_key: str
    slices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """One request shows it all; `keeps` is set where the vendor shows only the last so many rows."""

    keeps: int | None = None


@dataclass(frozen=True)
class Source:
    """Column names are the row type's field names.

    A stored row is overwritten in its `restates` columns when one of them differs; those in
    `unless_changed` alone are no difference; `seen` is the column with the time of the fetch.
    `vanishes` is the column that says since when a sweep no longer shows a stored row.
    `dated`: the endpoint takes a date.
    """

    name: str
    path: str
    table: tuple[str, str]
    row: Any
    identity: tuple[str, ...]
    parse: Callable[[Raw, Seen], Sequence[Any]]
    page: BySecond | Snapshot
    priority: int
    restates: tuple[str, ...] = ()
    unless_changed: tuple[str, ...] = ()
    seen: str = "collected_at"
    vanishes: str = ""
    params: Mapping[str, str] = field(default_factory=dict, hash=False)
    dated: bool = True
    per_symbol: bool = True
    options_hours: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """In the order of the row type."""
        return tuple(self.row._fields)

    def symbols(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """What to ask for: the wanted symbols, or the whole market once."""
        return tuple(wanted) if self.per_symbol else (MARKET,)
