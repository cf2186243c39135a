"""What the vendor's headers say about the budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REMAINING, RESET_MS = "x-uw-req-per-minute-remaining", "x-uw-req-per-minute-reset"
COUNTER = "x-uw-minute-req-counter"
DAY_COUNT, DAY_LIMIT = "x-uw-daily-req-count", "x-uw-token-req-limit"
A_MINUTE_S = 60.0


@dataclass(frozen=True)
class Told:
    """None where an answer does not say; `at` is when its headers came, on the steady clock."""

    at: float
    remaining: int | None = None
    reset_s: float | None = None
    counter: int | None = None
    day_count: int | None = None
    day_limit: int | None = None


def told(headers: Mapping[str, str], at: float) -> Told:
    """All of it; the numbers come as text."""
    reset_ms = whole(headers.get(RESET_MS))
    return Told(
        at,
        remaining=_counted(headers.get(REMAINING)),
        reset_s=None if reset_ms is None else min(max(reset_ms / 1000, 0.0), A_MINUTE_S),
        counter=_counted(headers.get(COUNTER)),
        day_count=_counted(headers.get(DAY_COUNT)),
        day_limit=_counted(headers.get(DAY_LIMIT)),
    )


def whole(text: str | None) -> int | None:
    """A whole number, or None; int() alone also refuses texts of thousands of digits."""
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None


def _counted(text: str | None) -> int | None:
    number = whole(text)
    return None if number is None or not 0 <= number < 10**9 else number
