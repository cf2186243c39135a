"""Accumulation or distribution: signed dark premium and net options premium against what the price did."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from analysis.combined.joined import by_minute
from analysis.darkpool.against_market import sides
from analysis.darkpool.prints import at_market
from analysis.darkpool.profile import to_level
from analysis.statistics import bootstrap

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


@dataclass(frozen=True)
class Found:
    """`mean` is of a minute's signed dark premium, with the 95 % interval of a bootstrap of blocks."""

    positioning: Positioning
    minutes: int
    mean: float
    low: float
    high: float

    def verdict(self) -> str:
        """A side is only spoken of where a day without one would have looked different."""
        if self.low <= 0 <= self.high:
            return f"No evidence that the dark prints had a side: the interval holds 0. {NOT_PROOF}"
        return self.positioning.verdict()


def positioning(
    prints: pd.DataFrame, ticks: pd.DataFrame, bars: pd.DataFrame, rng: np.random.Generator
) -> Found:
    """Over regular hours: signed dark premium, net options premium, and what the price did.

    Raises:
        ValueError: there is no price, no flow or no print in regular hours.
    """
    regular = bars[bars["market_time"] == "r"] if len(bars) else bars
    if regular.empty or ticks.empty:
        raise ValueError("it takes the price and the net premium of each minute")
    used = at_market(prints)
    begin, end = regular["starts_at"].min(), regular["ends_at"].max()
    inside = used[(used["executed_at"] >= begin) & (used["executed_at"] < end)]
    if inside.empty:
        raise ValueError("no print at a market price in regular hours")
    signed = by_minute(inside, ticks, regular)["dark_signed"].to_numpy()
    low, high = bootstrap.interval(
        lambda rows: float(rows.mean()), signed[:, None], rng, block=bootstrap.block_length(signed)
    )
    call, put = (sum(ticks[name].dropna(), Decimal(0)) for name in ("net_call", "net_put"))
    change = regular["close"].iloc[-1] - regular["open"].iloc[0]
    return Found(
        Positioning(signed_premium(inside), call - put, change), len(signed), float(signed.mean()), low, high
    )


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
