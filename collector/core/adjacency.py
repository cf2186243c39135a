"""What the running volume proves: between which two prints of a session no other can be missing.

Each print carries the consolidated volume of the day after it. What lies between two neighbours, less the later one's
own size, traded between them, on the exchanges or off them. Where that is nothing, or too little to make up one
print of the size that the vendor serves at all, the two are neighbours for certain: the step is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from collector.core.intervals import Interval, length, merged

# US dollars. The vendor's floor as it was observed, not as it is documented: smaller prints are not served.
PREMIUM_FLOOR_USD = Decimal(100_000)
# What lies between two prints may have cost more than either; five per cent is the narrowest limit-up band.
DEARER = Decimal("1.05")


class Print(NamedTuple):
    """What of a print the proof needs: US dollars a share, shares, shares of the day after it."""

    executed_at: datetime
    price: Decimal
    size: Decimal
    volume: Decimal


class Step(NamedTuple):
    """From one print to the next in the order of running volume; `between`: shares that traded between them."""

    start: datetime
    end: datetime
    between: Decimal
    shares: Decimal
    price: Decimal
    state: str


@dataclass(frozen=True)
class Proof:
    """A session's steps together: `time` and `volume` are the shares (0 to 1) that lie in closed steps.

    `conflicts`: steps where the tape contradicts itself, as with a print that was reported late or corrected.
    `largest`: the open step that most could hide in, by its worth.
    """

    prints: int
    time: float
    volume: float
    closed: int
    open: int
    conflicts: int
    largest: Step | None


def steps(prints: Sequence[Print], begins: datetime, floor: Decimal = PREMIUM_FLOOR_USD) -> Iterator[Step]:
    """One step a print; the first begins with the session, at no volume. A canceled print keeps its place."""
    before = None
    for one in sorted(prints, key=lambda one: (one.volume, one.executed_at)):
        last = before or Print(min(begins, one.executed_at), one.price, Decimal(0), Decimal(0))
        between = one.volume - one.size - last.volume
        price = max(one.price, last.price)
        if between < 0 or one.executed_at < last.executed_at:
            state = "conflict"
        elif not between or between * price * DEARER < floor:
            state = "closed"
        else:
            state = "open"
        yield Step(last.executed_at, one.executed_at, between, one.volume - last.volume, price, state)
        before = one


def proof(prints: Sequence[Print], span: Interval, floor: Decimal = PREMIUM_FLOOR_USD) -> Proof:
    """Of the session's span, and of all shares up to the last print, how much lies in closed steps."""
    found = list(steps(prints, span[0], floor))
    closed = [step for step in found if step.state == "closed"]
    unproven = [step for step in found if step.state == "open"]
    total = max((one.volume for one in prints), default=Decimal(0))
    return Proof(
        prints=len(prints),
        time=_share(_inside(closed, span), span),
        volume=float(sum(step.shares for step in closed) / total) if total else 0.0,
        closed=len(closed),
        open=len(unproven),
        conflicts=len(found) - len(closed) - len(unproven),
        largest=max(unproven, key=lambda step: step.between * step.price, default=None),
    )


def could_hide(step: Step, floor: Decimal = PREMIUM_FLOOR_USD) -> int:
    """How many prints of the floor's size fit into an open step."""
    return max(1, int(step.between * step.price * DEARER // floor)) if floor else int(step.between)


def _inside(closed: Iterable[Step], span: Interval) -> list[Interval]:
    return merged((max(step.start, span[0]), min(step.end, span[1])) for step in closed)


def _share(intervals: Sequence[Interval], span: Interval) -> float:
    whole = length([span])
    return length(intervals) / whole if whole else 0.0
