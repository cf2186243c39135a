"""When in the session which strikes or expiries were bought: what each half hour added to the running totals."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd

from analysis.flow.premium import SIDES, bullish, through_the_day


def bullish_through(snapshots: pd.DataFrame, key: str, most: int) -> pd.DataFrame:
    """A line a fetch, a column each of the `most` keys with most premium, ascending: the bullish premium it added.

    Snapshots are those of premium.py, several fetches of one session. Without a side there is nothing bullish.
    """
    total = snapshots["call_premium"].map(_known) + snapshots["put_premium"].map(_known)
    added_up = bullish(*(snapshots[name].map(_known) for name in SIDES))
    rows = snapshots[[key, "collected_at"]].assign(total=total, bullish=added_up)
    newest = rows[rows["collected_at"] == rows["collected_at"].max()]
    largest = newest.sort_values(["total", key], ascending=[False, True], kind="stable").head(most)
    kept = rows[rows[key].isin(set(largest[key]))]
    added = through_the_day(kept, key, ("bullish",))
    table = added.pivot_table(index="collected_at", columns=key, values="bullish", aggfunc="sum")
    return table.sort_index().sort_index(axis=1).map(_known)


def until_the_close(snapshots: pd.DataFrame, closes: datetime, step: timedelta) -> pd.DataFrame:
    """Of each step of the clock the last fetch; all that came after the close are of the step in which it closed."""
    at = pd.to_datetime(snapshots["collected_at"], utc=True)
    last = at.groupby(at.clip(upper=pd.Timestamp(closes)).dt.floor(step)).transform("max")
    return snapshots[at == last]


def _known(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)
