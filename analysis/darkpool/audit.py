"""What FINRA published of a symbol's week, against what was captured of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

TOLERANCE = Decimal("0.05")
SIDES = {"ats": "ATS", "otc": "non-ATS"}


class Outcome(Enum):
    """What the comparison came to; only the first three were judged."""

    AGREES = "agrees"
    TOO_MUCH = "TOO MUCH"
    TOO_LITTLE = "TOO LITTLE"
    NOT_WHOLE = "not whole"
    HALF = "half of it"


JUDGED = (Outcome.AGREES, Outcome.TOO_MUCH, Outcome.TOO_LITTLE)
BAD = (Outcome.TOO_MUCH, Outcome.TOO_LITTLE)


@dataclass(frozen=True)
class Published:
    """Shares of a week, which begins on `week`, a Monday; None where that side was not given."""

    symbol: str
    week: date
    ats: Decimal | None = None
    otc: Decimal | None = None

    @property
    def total(self) -> Decimal | None:
        """All that traded off the exchanges; None while a side is missing."""
        return None if self.ats is None or self.otc is None else self.ats + self.otc


@dataclass(frozen=True)
class Captured:
    """Shares of the same week: the vendor's dark volume at all prices, and what the prints add up to.

    `lacking` says of which sessions not everything is here, and why.
    """

    dark: Decimal
    prints: Decimal
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Shares captured as parts of what was published; `said` is why, empty where it agrees."""

    published: Published
    captured: Captured
    outcome: Outcome
    said: str

    @property
    def dark_part(self) -> Decimal | None:
        """Of the vendor's dark volume."""
        return self._part(self.captured.dark)

    @property
    def prints_part(self) -> Decimal | None:
        """Of the prints, which are only the large ones."""
        return self._part(self.captured.prints)

    def _part(self, shares: Decimal) -> Decimal | None:
        total = self.published.total
        return shares / total if total else None


def compare(published: Published, captured: Captured, tolerance: Decimal = TOLERANCE) -> Finding:
    """More than was published is wrong in any week; less only in one that was captured whole."""
    outcome, said = _judged(published, captured, tolerance)
    return Finding(published, captured, outcome, said)


def _judged(published: Published, captured: Captured, tolerance: Decimal) -> tuple[Outcome, str]:
    total = published.total
    if total is None:
        lacks = next(words for side, words in SIDES.items() if getattr(published, side) is None)
        return Outcome.HALF, f"FINRA's {lacks} volume of that week is not in the folder"
    most = total * (1 + tolerance)
    if captured.prints > most:
        return Outcome.TOO_MUCH, "the prints alone are more than FINRA's volume: some are stored twice"
    if captured.dark > most:
        return Outcome.TOO_MUCH, "the vendor's dark volume is more than FINRA's"
    if captured.lacking:
        return Outcome.NOT_WHOLE, "; ".join(captured.lacking)
    if captured.dark < total * (1 - tolerance):
        return Outcome.TOO_LITTLE, "each session counts as whole, and yet volume is missing"
    return Outcome.AGREES, ""
