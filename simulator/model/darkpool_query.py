"""Which prints an answer of /api/darkpool/{ticker} holds, and in what order."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
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


def appeared(day: Sequence[Print], now_ms: int) -> Iterator[Print]:
    """What the world knows by now, in the order of the tape."""
    return (this for this in day if this.appears_ms <= now_ms)


def visible(day: Sequence[Print], now_ms: int) -> Iterator[Print]:
    """What the API still shows of it."""
    return (this for this in appeared(day, now_ms) if not this.is_gone(now_ms))


def vanished(day: Sequence[Print], now_ms: int) -> Iterator[Print]:
    """What the API has shown and does not show any more."""
    return (this for this in day if this.is_gone(now_ms))


def answer(day: Sequence[Print], query: DarkpoolQuery, now_ms: int) -> list[dict[str, Any]]:
    """The rows of one page."""
    window = _window(day, query)
    wanted = (this for this in visible(window, now_ms) if _fits(this, query))
    if query.order_by == "executed_at":
        found = _whole_seconds(wanted, query)
    else:
        value = partial(_order_value, name=query.order_by)
        found = sorted(wanted, key=value, reverse=not query.ascending)
    return [this.seen(now_ms) for this in found[: query.limit]]


def _window(day: Sequence[Print], query: DarkpoolQuery) -> Sequence[Print]:
    """The part of the tape between the cursors, in the order of the answer's seconds."""
    second = attrgetter("second")
    first = 0 if query.newer_than is None else bisect_left(day, query.newer_than, key=second)
    last = len(day) if query.older_than is None else bisect_left(day, query.older_than, key=second)
    window = day[first:last]
    return window if query.ascending else window[::-1]


def _whole_seconds(wanted: Iterable[Print], query: DarkpoolQuery) -> list[Print]:
    """Second after second until the page is full; inside one an order that differs between cursors."""
    salt = (query.older_than or 0) * 2_654_435_761 + query.limit
    found: list[Print] = []
    for _, group in groupby(wanted, key=attrgetter("second")):
        found += sorted(group, key=lambda this: (this.shuffle ^ salt) * 40_503 % 65_521)
        if len(found) >= query.limit:
            break
    return found


def _fits(this: Print, query: DarkpoolQuery) -> bool:
    return all(_inside(float(this.row[name]), limits) for name, limits in query.between.items())


def _inside(value: float, limits: tuple[int | None, int | None]) -> bool:
    least, most = limits
    return (least is None or value >= least) and (most is None or value <= most)


def _order_value(this: Print, name: str) -> float | str:
    return str(this.row[name] or "") if name == "trf_executed_at" else float(this.row[name])
