"""Cells of tables: a number as people read it, and exactly for who reads the page by a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from analysis.draw.markup import Markup, tag
from analysis.draw.scale import dollars, short

NONE = "-"


def number(value: Any, form: Callable[[Decimal], str], name: str | None = None) -> Markup:  # noqa: ANN401 - a cell of pandas
    """A dash where there is none."""
    return cell(tag("data", form(value), value=str(value)) if isinstance(value, Decimal) else NONE, name)


def cell(content: Markup | str, name: str | None) -> Markup:
    """Its name stands beside it where a screen is too narrow for a head above it."""
    label = name.replace("-", " ") if name else None
    return tag("td", content, class_="number", data_name=name, data_label=label)


def money(value: Any, name: str | None = None) -> Markup:  # noqa: ANN401 - same
    """US dollars."""
    return number(value, lambda one: dollars(float(one)), name)


def count(value: Any, name: str | None = None) -> Markup:  # noqa: ANN401 - same
    """Shares or contracts."""
    return number(value, lambda one: short(float(one)), name)


def part(value: Any, name: str | None = None) -> Markup:  # noqa: ANN401 - same
    """0 to 1 as percent."""
    return number(value, lambda one: f"{one:.1%}", name)


def link(text: str, href: str) -> Markup:
    """A cell that leads on."""
    return tag("td", tag("a", text, href=href))


def share(dark: Any, lit: Any) -> Decimal | None:  # noqa: ANN401 - same
    """What part of the volume was dark; None where there was none."""
    if not (isinstance(dark, Decimal) and isinstance(lit, Decimal)) or dark + lit <= 0:
        return None
    return dark / (dark + lit)


def grid(heads: Sequence[str], rows: Sequence[Markup], id_: str) -> Markup:
    """A table that scrolls inside its own box; the first column stands left, numbers right."""
    head = tag("tr", *(tag("th", text, class_="number" if at else None) for at, text in enumerate(heads)))
    return tag(
        "div", tag("table", tag("thead", head), tag("tbody", *rows), id_=id_), class_="wide", tabindex="0"
    )
