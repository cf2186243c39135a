"""How much of the volume traded off the exchanges: from the vendor's volume at each price, never from summed prints."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd


@dataclass(frozen=True)
class DarkShare:
    """Shares of a session, and what part of them was dark, 0 to 1; `by_price` is the same at each price."""

    dark: Decimal
    lit: Decimal
    share: Decimal
    by_price: pd.DataFrame


def dark_share(levels: pd.DataFrame) -> DarkShare:
    """Levels have price, dark_volume and lit_volume, all of level_type darkpool.

    The kind stock_volume has only one group of exchanges in its lit volume and would make everything look dark.

    Raises:
        ValueError: nothing traded, or there is another kind of level among them.
    """
    if "level_type" in levels and not (levels["level_type"] == "darkpool").all():
        raise ValueError("only levels of the type darkpool know all venues")
    summed = levels.groupby("price", as_index=False, sort=True)[["dark_volume", "lit_volume"]].sum()
    dark, lit = (Decimal(summed[column].sum()) for column in ("dark_volume", "lit_volume"))
    if dark + lit <= 0:
        raise ValueError("no volume: there is no share to take")
    traded = summed[summed["dark_volume"] + summed["lit_volume"] > 0].reset_index(drop=True)
    traded["share"] = traded["dark_volume"] / (traded["dark_volume"] + traded["lit_volume"])
    return DarkShare(dark, lit, dark / (dark + lit), traded)
