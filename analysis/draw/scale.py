"""From values to places in a picture, and the round values that stand beside its edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10

from analysis.draw.markup import Markup, tag
from collector.core.clock import NEW_YORK

# Wide enough for a column of a page on a desk; a phone shows three quarters of it, so there the page writes larger (16
# units a letter) and the margins have room for that.
WIDTH = 480
LEFT, RIGHT, TOP, BOTTOM = 72.0, 26.0, 12.0, 24.0
UNITS = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True)
class Scale:
    """Values from low to high become places from start to end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def round_values(low: float, high: float, most: int = 5) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten between low and high, not more than `most` + 1."""
    if high <= low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough * (1 - 1e-9))
    return [number * step for number in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def short(value: float) -> str:
    """1,200,000 as 1.2M."""
    for unit, name in UNITS:
        if abs(value) >= unit:
            return f"{value / unit:.3g}{name}" if abs(value) < 1000 * unit else f"{value / unit:,.0f}{name}"
    return f"{value:.3g}"


def dollars(value: float) -> str:
    """-1,200,000 as -$1.2M."""
    return f"-${short(-value)}" if value < 0 else f"${short(value)}"


def write(text: str, x: float, y: float, anchor: str = "start", class_: str | None = None) -> Markup:
    """Text at a place."""
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=class_)


def stroke(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=class_)


def box(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    """A filled rectangle."""
    return tag("rect", x=f"{x:.1f}", y=f"{y:.1f}", width=f"{max(width, 0):.1f}", height=f"{max(height, 0):.1f}",
               class_=class_)  # fmt: skip


def hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Full hours of New York's clock between two instants; every third one where there are many."""
    every = 1 if end - start <= timedelta(hours=7) else 3
    at = start.astimezone(NEW_YORK).replace(minute=0, second=0, microsecond=0)
    while at <= end:
        if at >= start and at.hour % every == 0:
            yield at
        at += timedelta(hours=1)


def picture(name: str, height: float, *parts: Markup, id_: str) -> Markup:
    """The drawing itself, as wide as its place; `name` is read to who cannot see it."""
    return tag("svg", *parts, viewBox=f"0 0 {WIDTH} {height:.0f}", role="img", aria_label=name, id_=id_)
