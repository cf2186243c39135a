"""What a feed is: a value. What is peculiar to one endpoint is a field here, never an `if` elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import quote

Raw = Mapping[str, Any]
MARKET = "MARKET"
WHOLE_MARKET = (MARKET,)


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
    """Pages newest first, `older_than` on whole seconds, at most `limit` rows.

    `time_key` is the row's time, `column` the column that it goes to where that has another name, `day` the column
    with its New York day where the table's months go by that.
    `inclusive`: `older_than` answers rows of its own second too.
    `since` names the parameter that takes the hole's start where the endpoint knows no date.
    A second with more rows than a page is cut by the `slices`: row key and the name that goes behind
    min_ and max_, whole numbers only.
    """

    limit: int
    time_key: str
    slices: tuple[tuple[str, str], ...] = ()
    inclusive: bool = False
    since: str = ""
    column: str = ""
    day: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One request shows it all; `keeps` is set where the vendor shows only the last so many rows.

    `sample`: what lies before them is not missed, because the feed was never meant to be complete.
    """

    keeps: int | None = None
    sample: bool = False

    def may_miss(self, stored: int) -> bool:
        """Whether so many new rows in one answer mean that rows before them were never shown."""
        return self.keeps is not None and not self.sample and stored >= self.keeps


class Road(Enum):
    """A print comes by one of two roads, and is one row whichever was first (docs/decisions/0008)."""

    REST = "rest"
    STREAM = "stream"


class Hours(Enum):
    """When a snapshot has something new to show."""

    REGULAR = "regular"
    OPTIONS = "options"
    EXTENDED = "extended"
    MORNING = "morning"


@dataclass(frozen=True)
class Source:
    """Column names are the row type's field names.

    A stored row is overwritten in its `restates` columns when one of them differs; those in
    `unless_changed` alone are no difference; `seen` is the column with the time of the fetch.
    `vanishes` is the column that says since when a sweep no longer shows a stored row.
    `required` are the keys that the contract promises: one that is gone raises the schema-drift alarm.
    `dated`: the endpoint takes a date, so a session can be asked for later.
    `scope` is what the path is asked for: each wanted symbol, the market once, or names of its own.
    `every_s`: a snapshot is not taken more often; the inventory's cadence beats it.
    `single`: the answer's data is one object instead of a list.
    `partial`: the vendor has it for some symbols only; one that it does not know (404) is noted as not offered
    and left alone for the session, which is no failure.
    `verify` refuses a whole answer (BadPayload) that is not what was asked for.
    `road` is set where the same rows come by two roads that do not name them alike.
    """

    name: str
    path: str
    table: tuple[str, str]
    row: Any
    identity: tuple[str, ...]
    parse: Callable[[Raw, Seen], Sequence[Any]]
    page: BySecond | Snapshot
    priority: int
    required: frozenset[str]
    restates: tuple[str, ...] = ()
    unless_changed: tuple[str, ...] = ()
    seen: str = "collected_at"
    vanishes: str = ""
    params: Mapping[str, str] = field(default_factory=dict, hash=False)
    dated: bool = True
    scope: tuple[str, ...] | None = None
    hours: Hours = Hours.OPTIONS
    every_s: int = 0
    single: bool = False
    partial: bool = False
    verify: Callable[[Sequence[Raw]], None] | None = None
    road: Road | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """In the order of the row type."""
        return tuple(self.row._fields)

    def symbols(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """What to ask for: the wanted symbols, or what the scope names."""
        return tuple(wanted) if self.scope is None else self.scope

    def asked(self, symbol: str) -> tuple[str, dict[str, str]]:
        """Path and fixed parameters for a symbol."""
        path = self.path.format(symbol=quote(symbol, safe=""))
        return path, {name: value.format(symbol=symbol) for name, value in self.params.items()}
