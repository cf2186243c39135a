"""Volume profile: shares at each price level, where most of them are, and how wide they spread."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

import pandas as pd

VALUE_AREA = Decimal("0.70")
NODE_FACTOR = Decimal("1.5")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Profile:
    """Levels are ascending in price and have shares, premium and prints; prices are US dollars.

    A level P holds the prices from P - step/2 up to, but not including, P + step/2.
    """

    step: Decimal
    levels: pd.DataFrame
    point_of_control: Decimal
    value_area: tuple[Decimal, Decimal]
    nodes: tuple[Decimal, ...]

    @property
    def shares(self) -> Decimal:
        """All shares of the profile."""
        return Decimal(self.levels["shares"].sum())

    @property
    def vwap(self) -> Decimal:
        """US dollars: premium a share."""
        return Decimal(self.levels["premium"].sum()) / self.shares

    @property
    def value_area_share(self) -> Decimal:
        """What part of the shares the value area really holds, 0 to 1."""
        inside = self.levels["price"].between(*self.value_area)
        return Decimal(self.levels.loc[inside, "shares"].sum()) / self.shares


def profile(prints: pd.DataFrame, step: Decimal) -> Profile:
    """Make the profile of prints that may be used; `prints.at_market` chooses them.

    Raises:
        ValueError: there is not one share to make it of.
    """
    found = levels(prints, step)
    if found.empty:
        raise ValueError("no shares: a profile needs at least one print")
    prices, shares = list(found["price"]), list(found["shares"])
    peak = _peak(prices, shares)
    low, high = _value_area(prices, shares, peak)
    nodes = tuple(prices[at] for at in _nodes(shares))
    return Profile(step, found, prices[peak], (prices[low], prices[high]), nodes)


def levels(prints: pd.DataFrame, step: Decimal) -> pd.DataFrame:
    """Shares, premium (US dollars) and number of prints at each level that traded, ascending in price.

    A row is a print, or with a column `prints` all prints at one price.
    """
    traded = prints[prints["size"] > 0]
    table = pd.DataFrame(
        {
            "price": [to_level(price, step) for price in traded["price"]],
            "shares": list(traded["size"]),
            "premium": [price * size for price, size in zip(traded["price"], traded["size"], strict=True)],
            "prints": list(traded["prints"]) if "prints" in traded else 1,
        }
    )
    return table.groupby("price", as_index=False, sort=True).sum()


def to_level(price: Decimal, step: Decimal) -> Decimal:
    """Give the multiple of step that is nearest; a price half-way goes up."""
    return (price / step).to_integral_value(ROUND_HALF_UP) * step


def readable_step(prints: pd.DataFrame, most: int = 30) -> Decimal:
    """Give the smallest step of 1, 2, 5, 10 ... cents that needs no more than `most` levels."""
    spread = max(prints["price"]) - min(prints["price"])
    steps = (CENT * digit * Decimal(10) ** power for power in count() for digit in (1, 2, 5))
    return next(step for step in steps if spread <= step * (most - 1))


def _peak(prices: list[Decimal], shares: list[Decimal]) -> int:
    """The level with the most shares; of equals the nearest to the middle of the range, then the lower."""
    middle = (prices[0] + prices[-1]) / 2
    return min(range(len(prices)), key=lambda at: (-shares[at], abs(prices[at] - middle), at))


def _value_area(prices: list[Decimal], shares: list[Decimal], peak: int) -> tuple[int, int]:
    """From the peak outwards, always the larger neighbour; of equals the nearer one, then the lower."""
    low = high = peak
    held, wanted = shares[peak], VALUE_AREA * sum(shares)
    while held < wanted:
        sides = [at for at in (low - 1, high + 1) if 0 <= at < len(prices)]
        best = min(sides, key=lambda at: (-shares[at], abs(prices[at] - prices[peak]), at))
        held += shares[best]
        low, high = min(low, best), max(high, best)
    return low, high


def _nodes(shares: list[Decimal]) -> list[int]:
    """Levels above both neighbours that hold at least NODE_FACTOR times the mean of all levels."""
    enough = NODE_FACTOR * sum(shares) / len(shares)
    fenced = [Decimal(0), *shares, Decimal(0)]
    return [
        at - 1
        for at in range(1, len(fenced) - 1)
        if fenced[at] >= enough and fenced[at - 1] < fenced[at] and fenced[at] >= fenced[at + 1]
    ]
