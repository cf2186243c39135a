"""Accumulation or distribution: signed dark premium and net options premium against what the price did."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from analysis.darkpool.against_market import sides
from analysis.darkpool.profile import to_level

SAID = {
    (1, 1, 1): "Buyers in both, and the price rose: it went with them.",
    (1, 1, -1): "Buyers in both while the price fell: it looks like accumulation.",
    (-1, -1, -1): "Sellers in both, and the price fell: it went with them.",
    (-1, -1, 1): "Sellers in both while the price rose: it looks like distribution.",
}
NOT_PROOF = "Sides are guessed from bid and ask; hedges look like bets. One day is one observation."


@dataclass(frozen=True)
class Positioning:
    """US dollars, and the price's change over the same time."""

    dark_signed: Decimal
    net_premium: Decimal
    price_change: Decimal

    def verdict(self) -> str:
        """What may be said, in words."""
        key = tuple(
            (value > 0) - (value < 0) for value in (self.dark_signed, self.net_premium, self.price_change)
        )
        said = SAID.get(key, "Dark prints and options do not point the same way: nothing to say.")  # type: ignore[arg-type]
        return f"{said} {NOT_PROOF}"


def at_levels(prints: pd.DataFrame, step: Decimal) -> pd.DataFrame:
    """One line a price level, ascending: shares, and those above and below the middle of bid and ask at their time."""
    side = sides(prints)
    table = pd.DataFrame(
        {
            "price": [to_level(price, step) for price in prints["price"]],
            "shares": list(prints["size"]),
            "above": [
                size if one > 0 else Decimal(0) for size, one in zip(prints["size"], side, strict=True)
            ],
            "below": [
                size if one < 0 else Decimal(0) for size, one in zip(prints["size"], side, strict=True)
            ],
        }
    )
    return table.groupby("price", as_index=False, sort=True).sum()


def signed_premium(prints: pd.DataFrame) -> Decimal:
    """Premium of prints above the middle less that of prints below it, in US dollars."""
    return sum(
        (
            price * size * side
            for price, size, side in zip(prints["price"], prints["size"], sides(prints), strict=True)
        ),
        Decimal(0),
    )
