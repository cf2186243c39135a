"""Numbers of a symbol or the market in time: IV rank and its changes, tides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pandas as pd

CHANGES = (1, 5, 20)


def rank_changes(ranks: pd.DataFrame, sessions: Sequence[int] = CHANGES) -> pd.DataFrame:
    """IV rank (0 to 100) by session with its change in points over so many rows; None where there are not as many.

    `ranks` has session_date and value, one row a session; a session that was not collected makes a change span more.
    """
    found = ranks.sort_values("session_date").reset_index(drop=True)[["session_date", "value"]]
    for many in sessions:
        before = [None] * min(many, len(found)) + list(found["value"])[: max(len(found) - many, 0)]
        found[f"change_{many}"] = pd.Series(
            [None if last is None else now - last for now, last in zip(found["value"], before, strict=True)],
            dtype=object,
        )
    return found


def tide(metrics: pd.DataFrame) -> pd.DataFrame:
    """Running net premium of calls less that of puts at each time, in US dollars, where both are known.

    `metrics` has at, net_call and net_put: running totals of the session, so the last line is the day's.
    """
    known = (
        metrics.dropna(subset=["net_call", "net_put"]).sort_values("at", kind="stable").reset_index(drop=True)
    )
    return known.assign(tide=known["net_call"] - known["net_put"])


def by_step(tides: pd.DataFrame, step: timedelta) -> pd.DataFrame:
    """The last line of each step of the clock: running totals are looked at, never summed."""
    if tides.empty:
        return tides
    steps = pd.to_datetime(tides["at"], utc=True).dt.floor(step)
    return tides[~steps.duplicated(keep="last")].reset_index(drop=True)


def turns(tides: pd.DataFrame) -> int:
    """How often the tide changed its sign: many turns are a day without a direction."""
    signs = [value > 0 for value in tides["tide"] if value != Decimal(0)]
    return sum(one != other for one, other in pairwise(signs))
