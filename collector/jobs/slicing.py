"""Cuts what does not fit on a page into smaller questions, by whole numbers of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collector.core import parse
from collector.core.errors import Unparsable
from collector.core.source import Raw

Bounds = tuple["int | None", "int | None"]
Slice = Mapping[str, Bounds]
WHOLE: Slice = {}


def params(piece: Slice) -> dict[str, str]:
    """As the vendor wants them: min_size=1&max_size=9, both included."""
    found = {}
    for name, (least, most) in piece.items():
        if least is not None:
            found[f"min_{name}"] = str(least)
        if most is not None:
            found[f"max_{name}"] = str(most)
    return found


def cuts(names: Sequence[tuple[str, str]], piece: Slice, rows: Sequence[Raw]) -> list[Slice]:
    """Smaller slices that together are the piece; none when nothing tells its rows apart.

    `names`: the row's key and the parameter's name behind min_ and max_.
    """
    for key, name in names:
        bounds = piece.get(name, (None, None))
        values = sorted(_values(key, rows))
        # A vendor who ignores the bounds would answer the same for ever.
        if not values or _single(bounds) or not _within(values, bounds):
            continue
        return [{**piece, name: part} for part in _parts(bounds, values)]
    return []


def _parts(bounds: Bounds, values: Sequence[int]) -> list[Bounds]:
    least, most = bounds
    first, last = values[0], values[-1]
    if first == last:
        parts: list[Bounds] = [(least, first - 1), (first, first), (first + 1, most)]
    else:
        below = min(values[len(values) // 2], last - 1)
        parts = [(least, below), (below + 1, most)]
    return [(low, high) for low, high in parts if low is None or high is None or low <= high]


def _single(bounds: Bounds) -> bool:
    return bounds[0] is not None and bounds[0] == bounds[1]


def _within(values: Sequence[int], bounds: Bounds) -> bool:
    least, most = bounds
    return (least is None or values[0] >= least) and (most is None or values[-1] <= most)


def _values(name: str, rows: Sequence[Raw]) -> list[int]:
    """None at all if one has a fraction: it would fall between two whole bounds and be lost."""
    found = []
    for row in rows:
        try:
            value = parse.some_number(row, name)
        except Unparsable:  # the row goes to quarantine when the page is stored
            continue
        if value != int(value):
            return []
        found.append(int(value))
    return found
