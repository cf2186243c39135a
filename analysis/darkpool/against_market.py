"""Prints against the market at their time: the running VWAP of the bars before them, and bid and ask."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

BASIS_POINT = Decimal("0.0001")


def running_vwap(bars: pd.DataFrame) -> pd.DataFrame:
    """VWAP of the session at each bar's end, of typical prices (high + low + close) / 3.

    Bars without volume do not count.
    """
    traded = bars[bars["volume"] > 0].sort_values("ends_at", kind="stable")
    typical = (traded["high"] + traded["low"] + traded["close"]) / 3
    running = (typical * traded["volume"]).cumsum() / traded["volume"].cumsum()
    return pd.DataFrame(
        {"known_at": pd.to_datetime(traded["ends_at"], utc=True), "vwap": running}
    ).reset_index(drop=True)


def vwap_distance(prints: pd.DataFrame, bars: pd.DataFrame) -> pd.DataFrame:
    """Prints in the order of time with `vwap` as it was known then, and `distance` from it in basis points.

    A print before the first bar has ended has neither.
    """
    at = prints.assign(executed_at=pd.to_datetime(prints["executed_at"], utc=True)).sort_values(
        ["executed_at", "price", "size"], kind="stable"
    )
    known = running_vwap(bars)
    unit = "datetime64[us, UTC]"
    found = pd.merge_asof(
        at.astype({"executed_at": unit}),
        known.astype({"known_at": unit}),
        left_on="executed_at",
        right_on="known_at",
    ).drop(columns="known_at")
    found["distance"] = [
        (price / vwap - 1) / BASIS_POINT if isinstance(vwap, Decimal) else None
        for price, vwap in zip(found["price"], found["vwap"], strict=True)
    ]
    return found


def sides(prints: pd.DataFrame) -> pd.Series:
    """1 above the middle of bid and ask, -1 below, 0 at it or where there is no quote.

    A guess, wrong for many prints: a dark price is often agreed at the middle, and a late print meets later quotes.
    """
    return pd.Series(
        [
            _side(price, bid, ask)
            for price, bid, ask in zip(prints["price"], prints["nbbo_bid"], prints["nbbo_ask"], strict=True)
        ],
        index=prints.index,
        dtype=int,
    )


def _side(price: Decimal, bid: Decimal | None, ask: Decimal | None) -> int:
    if not isinstance(bid, Decimal) or not isinstance(ask, Decimal) or not 0 < bid <= ask:
        return 0
    twice = 2 * price - bid - ask
    return (twice > 0) - (twice < 0)
