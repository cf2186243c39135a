"""Which prints an answer of /api/darkpool/{ticker} holds, and in what order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

from simulator.model.darkpool import Print

PAGE = 500


@dataclass(frozen=True, slots=True)
class DarkpoolQuery:
    """The understood parameters of a request."""

    older_than: int | None = None
    newer_than: int | None = None
    limit: int = PAGE
    ascending: bool = False
    order_by: str = "executed_at"
    between: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)


def visible(day: Sequence[Print], now_ms: int) -> Iterator[Print]:
    """What the world knows by now, in the order of the tape."""
    return (this for this in day if this.appears_ms <= now_ms)


def answer(day: Sequence[Print], query: DarkpoolQuery, now_ms: int) -> list[dict[str, Any]]:
    """The rows of one page."""
    found = [this for this in visible(day, now_ms) if _wanted(this, query)]
    if query.order_by != "executed_at":
        found.sort(key=lambda this: _order_value(this, query.order_by), reverse=not query.ascending)
    else:
        found = list(_by_second(found, query))
    return [this.seen(now_ms) for this in found[: query.limit]]


def _wanted(this: Print, query: DarkpoolQuery) -> bool:
    if query.older_than is not None and this.second >= query.older_than:
        return False
    if query.newer_than is not None and this.second < query.newer_than:
        return False
    return all(_inside(_amount(this, name), limits) for name, limits in query.between.items())


def _amount(this: Print, name: str) -> float:
    if name == "premium":
        return float(this.row["premium"])
    return float(this.row[name])


def _inside(value: float, limits: tuple[int | None, int | None]) -> bool:
    least, most = limits
    return (least is None or value >= least) and (most is None or value <= most)


def _order_value(this: Print, name: str) -> float | str:
    return str(this.row[name]) if name == "trf_executed_at" else _amount(this, name)


def _by_second(found: list[Print], query: DarkpoolQuery) -> Iterator[Print]:
    """Seconds in order; inside a second an order that differs from one cursor to the next."""
    salt = (query.older_than or 0) * 2_654_435_761 + query.limit
    tape = sorted(found, key=attrgetter("second"), reverse=not query.ascending)
    for _, group in groupby(tape, key=attrgetter("second")):
        yield from sorted(group, key=lambda this: (this.shuffle ^ salt) * 40_503 % 65_521)


