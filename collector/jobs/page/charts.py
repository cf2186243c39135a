"""Bars beside what is usual, as SVG that needs no script: a bar, and a line where the usual one ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collector.jobs.page.html import Html, tag

HEIGHT = 40
STEP, BAR = 10, 7


@dataclass(frozen=True)
class Bar:
    """One number, what is usual there (None: not known), and what a pointer on it says."""

    value: float
    usual: float | None
    says: str


def bars(found: Sequence[Bar], label: str) -> Html:
    """As wide as its place; the highest of all is the whole height."""
    most = max([1.0, *(max(one.value, one.usual or 0) for one in found)])
    drawn = [_bar(number, one, most) for number, one in enumerate(found)]
    return tag(
        "svg",
        tag("title", label),
        *drawn,
        viewBox=f"0 0 {STEP * max(1, len(found))} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        class_="bars",
    )


def _bar(number: int, one: Bar, most: float) -> Html:
    left, high = STEP * number, HEIGHT * one.value / most
    value = tag("rect", x=left, y=_short(HEIGHT - high), width=BAR, height=_short(high), class_="value")
    usual = Html("")
    if one.usual:
        usual = tag(
            "rect",
            x=left,
            y=_short(HEIGHT - HEIGHT * one.usual / most),
            width=BAR,
            height=1.5,
            class_="usual",
        )
    return tag("g", tag("title", one.says), value, usual)


def _short(number: float) -> str:
    return f"{number:.1f}"


def meter(percent: float, *, bad: bool) -> Html:
    """How much of something is used."""
    shown = min(100.0, max(0.0, percent))
    inner = tag("i", style=f"width:{shown:.0f}%", class_="bad" if bad else None)
    return tag("span", inner, class_="meter", role="img", aria_label=f"{percent:.0f} %")
