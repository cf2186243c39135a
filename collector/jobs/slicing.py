"""A second with more rows than a page, cut along a number of its rows into slices that each fit on one. Pure.

The first page is taken as a sample: so many of its rows lie below a bound, so many times more will be answered
for it. How many times is learned from each slice, so few requests are wasted on slices that are too wide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from collector.core import parse
from collector.core.errors import Unparsable
from collector.core.source import Raw

Bounds = tuple["int | None", "int | None"]
Slice = Mapping[str, Bounds]
Names = Sequence[tuple[str, str]]
WHOLE: Slice = {}
# Rows behind each row of the sample, before any slice has told: about 2,000 rows in the second.
FIRST_WEIGHT = 4.5
# The same in a slice that was meant to fit on a page and did not.
INNER_WEIGHT = 1.5
# Standard deviations that a slice is kept below the page: wider costs overflows, narrower costs requests.
MARGIN = 1.5
# Pages that a slice is taken to hold at most: rows that are bunched in one say little about the next.
MOST_LEARNED = 3


@dataclass(frozen=True)
class Answered:
    """What a slice answered: its rows of the second; `whole` when there are no more."""

    rows: Sequence[Raw]
    whole: bool


Ask = Callable[[Slice], Answered]


def params(piece: Slice) -> dict[str, str]:
    """As the vendor wants them: min_size=1&max_size=9, both included."""
    found = {}
    for name, (least, most) in piece.items():
        if least is not None:
            found[f"min_{name}"] = str(least)
        if most is not None:
            found[f"max_{name}"] = str(most)
    return found


def cut(names: Names, piece: Slice, rows: Sequence[Raw], ask: Ask, limit: int) -> Iterator[Answered]:
    """Slices that together are the piece, of which `rows` are a full page.

    `names`: the row's key and the parameter's name behind min_ and max_. A last answer that is not `whole`
    says that nothing tells the rows apart.
    """
    for place, (key, name) in enumerate(names):
        sample = sorted(_values(key, rows))
        # A vendor who ignores the bounds would answer the same for ever.
        if (
            sample
            and not _single(piece.get(name, (None, None)))
            and _within(sample, piece.get(name, (None, None)))
        ):
            yield from _along(names[place:], piece, sample, ask, limit)
            return
    yield Answered((), whole=False)


def _along(names: Names, piece: Slice, sample: Sequence[int], ask: Ask, limit: int) -> Iterator[Answered]:
    """From the lowest value to the highest; a slice that does not fit is cut again by its own rows."""
    (key, name) = names[0]
    least, most = piece.get(name, (None, None))
    weight = INNER_WEIGHT if piece else FIRST_WEIGHT
    while True:
        rest = [value for value in sample if least is None or value >= least]
        upper = _upper(rest, weight, least, most, limit)
        part = {**piece, name: (least, upper)}
        answered = ask(part)
        rows = len(answered.rows)
        if answered.whole:
            yield answered
        elif not _within(sorted(_values(key, answered.rows)), (least, upper)):
            yield from cut(names[1:], piece, answered.rows, ask, limit)
            return
        else:
            rows = 0
            for inner in cut(names, part, answered.rows, ask, limit):
                rows += len(inner.rows)
                yield inner
            rows = min(rows, MOST_LEARNED * limit)
        points = sum(upper is None or value <= upper for value in rest)
        weight = max(rows / points, 1.0) if points else weight
        if upper is None or upper == most:
            return
        least = upper + 1


def _upper(rest: Sequence[int], weight: float, least: int | None, most: int | None, limit: int) -> int | None:
    """Where a slice from `least` ends so that it probably fits; `most` when all of the rest does."""
    count = _fitting(weight, limit)
    if not rest:
        return most
    first, last = rest[0], rest[-1]
    if count < len(rest):
        # Never the whole rest, which is known not to fit: below its last value, or that value alone.
        upper = rest[count - 1]
        if upper < last:
            return upper
        below = max((value for value in rest if value < last), default=None)
        if below is not None:
            return below
        if least is None or least < first:
            return first - 1
        return last if most is None or last < most else most
    return most


def _fitting(weight: float, limit: int) -> int:
    """Rows of the sample whose slice stays below a page: n * weight + MARGIN * weight * sqrt(n) < limit."""
    root = (sqrt(MARGIN**2 + 4 * (limit - 1) / weight) - MARGIN) / 2
    return max(int(root**2), 1)


def _single(bounds: Bounds) -> bool:
    return bounds[0] is not None and bounds[0] == bounds[1]


def _within(values: Sequence[int], bounds: Bounds) -> bool:
    least, most = bounds
    return not values or ((least is None or values[0] >= least) and (most is None or values[-1] <= most))


def _values(key: str, rows: Sequence[Raw]) -> list[int]:
    """None at all if one has a fraction: it would fall between two whole bounds and be lost."""
    found = []
    for row in rows:
        try:
            value = parse.some_number(row, key)
        except Unparsable:  # the row goes to quarantine when the page is stored
            continue
        if value != int(value):
            return []
        found.append(int(value))
    return found
