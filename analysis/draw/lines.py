"""Lines through a session or over days, with levels across and marks on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.draw.markup import Markup, tag
from analysis.draw.scale import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Scale,
    dollars,
    hours,
    picture,
    round_values,
    stroke,
    write,
)
from collector.core.clock import NEW_YORK

HEIGHT = 270.0
# Where nothing was seen for longer than this, the line breaks: nothing is drawn that was not collected.
HOLE = timedelta(minutes=15)
LARGEST, SMALLEST = 9.0, 3.0
# Half of a label's width: nearer to the edge it would stand out.
EDGE = 30.0


@dataclass(frozen=True)
class Line:
    """Points in the order of time."""

    class_: str
    points: Sequence[tuple[datetime, float]]


@dataclass(frozen=True)
class Level:
    """A value across the whole picture; `until` makes it a band."""

    class_: str
    value: float
    until: float | None = None


@dataclass(frozen=True)
class Mark:
    """Something that happened; `weight` is 0 to 1."""

    at: datetime
    value: float
    weight: float
    title: str


@dataclass(frozen=True)
class Manner:
    """How a picture of lines is drawn: what stands at its edges, and whether 0 must be in it."""

    value: Callable[[float], str] = dollars
    times: Callable[[datetime, datetime], Iterator[tuple[datetime, str]]] | None = None
    zero: bool = False
    hole: timedelta = HOLE


@dataclass(frozen=True)
class Over:
    """What lies over a picture of lines."""

    levels: Sequence[Level] = ()
    marks: Sequence[Mark] = ()


NOTHING = Over()


def lines(name: str, id_: str, drawn: Sequence[Line], manner: Manner, over: Over = NOTHING) -> Markup | None:
    """The picture; None when there is no point to draw."""
    at = [when.timestamp() for line in drawn for when, _ in line.points]
    if not at:
        return None
    x = Scale(min(at), max(at), LEFT, WIDTH - RIGHT)
    y = _values(drawn, over, zero=manner.zero)
    parts = [*_across(over.levels, y), *_grid(x, y, manner)]
    parts += [_path(line, x, y, manner.hole) for line in drawn]
    return picture(
        name,
        HEIGHT,
        *parts,
        *(_mark(one, x, y) for one in over.marks if one.at.timestamp() >= x.low),
        id_=id_,
    )


def by_hour(start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """The clock of New York."""
    return ((at, f"{at:%H:%M}") for at in hours(start, end))


def by_day(start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """Up to five dates."""
    days = max((end - start).days, 1)
    step = -(-days // 4)
    return (
        (at, f"{at:%b} {at.day}") for at in (start + timedelta(days=day) for day in range(0, days + 1, step))
    )


def _values(drawn: Sequence[Line], over: Over, *, zero: bool) -> Scale:
    values = [value for line in drawn for _, value in line.points] + [mark.value for mark in over.marks]
    values += [edge for one in over.levels for edge in (one.value, one.until) if edge is not None]
    low, high = min(values + [0.0] * zero), max(values + [0.0] * zero)
    air = (high - low) * 0.06 or abs(high) * 0.01 or 1.0
    return Scale(low - air, high + air, HEIGHT - BOTTOM, TOP)


def _grid(x: Scale, y: Scale, manner: Manner) -> Iterator[Markup]:
    for value in round_values(y.low, y.high):
        yield stroke(LEFT, y(value), WIDTH - RIGHT, y(value), "zero" if value == 0 else "grid")
        yield write(manner.value(value), LEFT - 6, y(value) + 4, "end")
    start, end = (datetime.fromtimestamp(one, NEW_YORK) for one in (x.low, x.high))
    for at, text in (manner.times or by_hour)(start, end):
        place = x(at.timestamp())
        yield stroke(place, HEIGHT - BOTTOM, place, HEIGHT - BOTTOM + 4, "axis")
        near_edge = place > WIDTH - EDGE
        yield write(text, WIDTH if near_edge else place, HEIGHT - 6, "end" if near_edge else "middle")


def _across(levels: Sequence[Level], y: Scale) -> Iterator[Markup]:
    for one in levels:
        if one.until is None:
            yield stroke(LEFT, y(one.value), WIDTH - RIGHT, y(one.value), one.class_)
        else:
            top = y(max(one.value, one.until))
            high = max(abs(y(one.value) - y(one.until)), 1.0)
            yield tag(
                "rect",
                x=LEFT,
                y=f"{top:.1f}",
                width=WIDTH - LEFT - RIGHT,
                height=f"{high:.1f}",
                class_=one.class_,
            )


def _path(line: Line, x: Scale, y: Scale, hole: timedelta) -> Markup:
    words: list[str] = []
    before: datetime | None = None
    for at, value in line.points:
        word = "L" if before is not None and at - before <= hole else "M"
        words.append(f"{word}{x(at.timestamp()):.1f} {y(value):.1f}")
        before = at
    return tag("path", d="".join(words), class_=f"line {line.class_}")


def _mark(one: Mark, x: Scale, y: Scale) -> Markup:
    size = SMALLEST + (LARGEST - SMALLEST) * one.weight
    place = {
        "cx": f"{min(x(one.at.timestamp()), WIDTH - RIGHT):.1f}",
        "cy": f"{y(one.value):.1f}",
        "r": f"{size:.1f}",
    }
    return tag("circle", tag("title", one.title), class_="mark", **place)
