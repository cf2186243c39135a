"""What trading costs. Shares: a part of the traded value; options: the side that has to be taken."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

BASIS_POINT = 1e-4


@dataclass(frozen=True)
class Costs:
    """Basis points of the traded value. Impact grows with the square root of the part of equity that trades."""

    half_spread: float = 1.0
    fee: float = 0.3
    impact: float = 1.0

    def of(self, traded: float) -> float:
        """Part of the equity that a trade of this part of the equity costs."""
        size = abs(traded)
        return size * (self.half_spread + self.fee + self.impact * sqrt(size)) * BASIS_POINT


def option_fill(contracts: int, bid: Decimal, ask: Decimal) -> Decimal:
    """US dollars a share that a market order gets: buyers pay the ask, sellers get the bid.

    Raises:
        ValueError: there is no quote to trade at, or it is crossed.
    """
    if not 0 <= bid <= ask or ask <= 0:
        raise ValueError(f"no fill between a bid of {bid} and an ask of {ask}")
    return ask if contracts > 0 else bid
