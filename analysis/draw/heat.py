"""Fields of a table as colours: how much, and which way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.draw.markup import Markup, tag
from analysis.draw.scale import BOTTOM, LEFT, RIGHT, TOP, WIDTH, picture, stroke, write

ROW, SPACE = 20.0, 1.5
# The faintest colour that is still seen; what added nothing has none.
FAINT = 0.12


@dataclass(frozen=True)
class Field:
    """`column` counts from the left, `exact` is what the database says, `title` is read at the field."""

    column: int
    value: float
    exact: str
    title: str


@dataclass(frozen=True)
class Row:
    """A column of which nothing was collected has no field."""

    label: str
    fields: Sequence[Field]


def heat(name: str, id_: str, rows: Sequence[Row], heads: Sequence[str]) -> Markup | None:
    """A row a label, from the top; `heads` stand below where columns begin. None when there is no field.

    Colours grow with the root, so one great value does not hide all others. Below 0 a field has a stroke too, for who
    sees no colours.
    """
    values = [abs(one.value) for row in rows for one in row.fields]
    if not values:
        return None
    most, width = max(values) or 1.0, (WIDTH - LEFT - RIGHT) / len(heads)
    drawn = [_row(row, TOP + ROW * at, width, most) for at, row in enumerate(rows)]
    height = TOP + ROW * len(rows) + BOTTOM
    return picture(name, height, *drawn, *_heads(heads, width, height), id_=id_)


def _heads(heads: Sequence[str], width: float, height: float) -> Iterator[Markup]:
    for at, text in enumerate(heads):
        if text:
            place = LEFT + width * at
            yield stroke(place, height - BOTTOM, place, height - BOTTOM + 4, "axis")
            yield write(text, place, height - 6, "middle")


def _row(row: Row, top: float, width: float, most: float) -> Markup:
    return tag(
        "g",
        write(row.label, LEFT - 6, top + 14, "end"),
        *(part for one in row.fields for part in _field(one, top, width, most)),
        data_at=row.label,
    )


def _field(one: Field, top: float, width: float, most: float) -> Iterator[Markup]:
    left = LEFT + width * one.column
    depth = FAINT + (1 - FAINT) * (abs(one.value) / most) ** 0.5
    yield tag(
        "rect",
        tag("title", one.title),
        x=f"{left + SPACE / 2:.1f}",
        y=f"{top + SPACE / 2:.1f}",
        width=f"{width - SPACE:.1f}",
        height=f"{ROW - SPACE:.1f}",
        class_="put" if one.value < 0 else "call" if one.value else "none",
        fill_opacity=f"{depth:.2f}" if one.value else None,
        data_value=one.exact,
    )
    if one.value < 0:
        yield stroke(left + width * 0.3, top + ROW / 2, left + width * 0.7, top + ROW / 2, "minus")
