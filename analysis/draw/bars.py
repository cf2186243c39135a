"""Bars beside prices and strikes, the highest at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.draw.markup import Markup, tag
from analysis.draw.scale import LEFT, TOP, WIDTH, Scale, box, dollars, picture, short, stroke, write

ROW = 18.0
# Room for the number behind the longest bar.
NUMBER = 66.0
MIDDLE = WIDTH / 2
HALF_LABEL = 40.0
# A long name above its bar.
TALL, THICK = 34.0, 9.0


@dataclass(frozen=True)
class Bar:
    """`exact` is what the database says, for who reads the page by a program."""

    label: str
    value: float
    exact: str
    class_: str = "bar"


@dataclass(frozen=True)
class Pair:
    """A bar to the left and one to the right of their label."""

    label: str
    left: float
    right: float
    exact: tuple[str, str]
    marked: bool = False


def bars(name: str, id_: str, drawn: Sequence[Bar]) -> Markup | None:
    """One bar a line, from the left; None when there is none."""
    if not drawn:
        return None
    x = Scale(0, max(one.value for one in drawn) or 1, LEFT, WIDTH - NUMBER)
    rows = [_bar(one, TOP + ROW * at, x) for at, one in enumerate(drawn)]
    return picture(name, TOP * 2 + ROW * len(rows), *rows, id_=id_)


def pairs(name: str, id_: str, heads: tuple[str, str], drawn: Sequence[Pair]) -> Markup | None:
    """Two bars a line, from the middle outwards on one scale, in US dollars; None when there is none."""
    most = max((max(one.left, one.right) for one in drawn), default=0)
    if most <= 0:
        return None
    reach = Scale(0, most, 0, MIDDLE - HALF_LABEL - NUMBER)
    rows = [_pair(one, TOP + ROW * (at + 1), reach) for at, one in enumerate(drawn)]
    left = write(heads[0], MIDDLE - HALF_LABEL, TOP + 8, "end", "head")
    right = write(heads[1], MIDDLE + HALF_LABEL, TOP + 8, "start", "head")
    return picture(name, TOP * 2 + ROW * (len(rows) + 1), left, right, *rows, id_=id_)


def signed(name: str, id_: str, drawn: Sequence[Bar]) -> Markup | None:
    """A bar a name to the right of the middle, or to its left below 0, in US dollars; None when there is none."""
    if not drawn:
        return None
    reach = Scale(0, max(abs(one.value) for one in drawn) or 1, 0, WIDTH / 2)
    rows = [_signed(one, TOP + TALL * at, reach(abs(one.value))) for at, one in enumerate(drawn)]
    height = TOP * 2 + TALL * len(rows)
    return picture(name, height, stroke(MIDDLE, TOP, MIDDLE, height - TOP, "zero"), *rows, id_=id_)


def _signed(one: Bar, top: float, length: float) -> Markup:
    below = one.value < 0
    return tag(
        "g",
        write(one.label, 0, top + 13),
        write(dollars(one.value), WIDTH, top + 13, "end"),
        box(MIDDLE - length if below else MIDDLE, top + 19, length, THICK, "put" if below else "call"),
        data_at=one.label,
        data_value=one.exact,
    )


def _bar(one: Bar, top: float, x: Scale) -> Markup:
    return tag(
        "g",
        write(one.label, LEFT - 6, top + 13, "end"),
        box(LEFT, top + 1, x(one.value) - LEFT, ROW - 3, one.class_),
        write(short(one.value), x(one.value) + 4, top + 13),
        data_at=one.label,
        data_value=one.exact,
    )


def _pair(one: Pair, top: float, reach: Scale) -> Markup:
    left, right = reach(one.left), reach(one.right)
    start, end = MIDDLE - HALF_LABEL - left, MIDDLE + HALF_LABEL + right
    return tag(
        "g",
        write(one.label, MIDDLE, top + 13, "middle", "marked" if one.marked else None),
        box(start, top + 1, left, ROW - 3, "put"),
        box(MIDDLE + HALF_LABEL, top + 1, right, ROW - 3, "call"),
        write(dollars(one.left), start - 4, top + 13, "end"),
        write(dollars(one.right), end + 4, top + 13),
        data_at=one.label,
        data_left=one.exact[0],
        data_right=one.exact[1],
    )
