"""Prints that come close together in time at one price."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pandas as pd

from analysis.darkpool.profile import to_level

APART = timedelta(seconds=60)
ENOUGH = 3
COLUMNS = ("price", "begins", "ends", "prints", "shares", "premium")


def clusters(
    prints: pd.DataFrame, step: Decimal, apart: timedelta = APART, enough: int = ENOUGH
) -> pd.DataFrame:
    """Runs of at least `enough` prints of one price level, no two neighbours further than `apart`; by premium."""
    table = pd.DataFrame(
        {
            "price": [to_level(price, step) for price in prints["price"]],
            "at": list(prints["executed_at"]),
            "shares": list(prints["size"]),
            "premium": [price * size for price, size in zip(prints["price"], prints["size"], strict=True)],
        }
    ).sort_values(["price", "at"], kind="stable")
    if table.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    begins = (table["price"] != table["price"].shift()) | (table["at"].diff() > apart)
    runs = table.groupby(begins.cumsum().rename("run"), sort=True)
    found = runs.agg(
        price=("price", "first"),
        begins=("at", "min"),
        ends=("at", "max"),
        prints=("at", "size"),
        shares=("shares", "sum"),
        premium=("premium", "sum"),
    )
    kept = found[found["prints"] >= enough]
    return kept.sort_values(["premium", "begins"], ascending=[False, True], kind="stable").reset_index(
        drop=True
    )
