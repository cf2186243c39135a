"""Did a price level hold when the price came to it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from analysis.statistics.proportions import difference, wilson

HELD, BROKE, OPEN = "held", "broke", "open"
FEW = 10


@dataclass(frozen=True)
class Rule:
    """US dollars. The price is at a level within `near` of it; it has left when it is `away` from it."""

    near: Decimal
    away: Decimal


def first_touches(levels: Iterable[Decimal], prices: Sequence[Decimal], rule: Rule) -> pd.DataFrame:
    """For each level that was touched: where the price came from and what became of it.

    Only the first touch counts: later ones of the same level depend on it. A price that starts at the level
    came from nowhere; it must leave and come back.
    """
    found = [(level, *touch) for level in levels if (touch := _first_touch(level, prices, rule))]
    return pd.DataFrame(found, columns=["level", "at", "came_from", "outcome"])


def _first_touch(level: Decimal, prices: Sequence[Decimal], rule: Rule) -> tuple[int, str, str] | None:
    came_from = 0
    for at, price in enumerate(prices):
        apart = price - level
        if abs(apart) > rule.near:
            side = 1 if apart > 0 else -1
            if came_from == -side:
                return at, _word(came_from), _outcome(level, prices[at:], rule, came_from)
            came_from = side
        elif came_from:
            return at, _word(came_from), _outcome(level, prices[at:], rule, came_from)
    return None


def _word(side: int) -> str:
    return "above" if side > 0 else "below"


def _outcome(level: Decimal, prices: Sequence[Decimal], rule: Rule, came_from: int) -> str:
    for price in prices:
        apart = (price - level) * came_from
        if apart >= rule.away:
            return HELD
        if apart <= -rule.away:
            return BROKE
    return OPEN


def counts(touches: pd.DataFrame) -> tuple[int, int]:
    """How many held, and how many were decided at all."""
    held = int((touches["outcome"] == HELD).sum())
    return held, held + int((touches["outcome"] == BROKE).sum())


def verdict(nodes: tuple[int, int], others: tuple[int, int]) -> str:
    """Say what the counts (held, decided) allow to be said, and no more."""
    if not nodes[1] or not others[1]:
        return "Nothing can be said: no decided touch to compare."
    low, high = difference(nodes, others)
    said = (
        f"High-volume nodes held {_share(nodes)}, other levels {_share(others)}; "
        f"difference {nodes[0] / nodes[1] - others[0] / others[1]:+.0%}, 95 % interval {low:+.0%} to {high:+.0%}. "
    )
    if low <= 0 <= high:
        return said + "No evidence that dark-pool nodes hold better or worse than other levels."
    if min(nodes[1], others[1]) < FEW:
        return said + f"Fewer than {FEW} touches on one side: too few to call this evidence."
    return said + f"On this day nodes held {'more' if low > 0 else 'less'} often; one day is one observation."


def _share(one: tuple[int, int]) -> str:
    low, high = wilson(*one)
    return f"{one[0]} of {one[1]} times ({low:.0%} to {high:.0%})"
