"""How prints, flow and price moved together in a session, of what was known at its hour: one row a pair and day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from analysis.combined.joined import MINUTE, by_minute, dark_and_flow, flow_and_price
from analysis.statistics.correlation import with_interval
from analysis.statistics.lead_lag import LeadLag
from collector.core.intervals import Interval

# 2: lags are judged by normal scores.
VERSION = 2
LAGS = 10
# Of a day that was filled in later too few prints were known: what is missing then is not nothing.
LEAST_KNOWN = 0.9


@dataclass(frozen=True)
class Pair:
    """Two columns of the common minutes; `prints` says that dark prints are one of them."""

    name: str
    one: str
    other: str
    prints: bool
    lags: Callable[[pd.DataFrame, int], LeadLag]


PAIRS = (
    Pair("dark-flow", "dark_signed", "net_premium", prints=True, lags=dark_and_flow),
    Pair("flow-price", "net_premium", "return", prints=False, lags=flow_and_price),
)


@dataclass(frozen=True)
class Daily:
    """Of one pair; all but the first two are None where too little was known."""

    pair: str
    minutes: int
    known_share: float | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    effective: float | None = None
    best_lag: int | None = None
    best_value: float | None = None
    best_z: float | None = None
    needed_z: float | None = None
    evidence: bool | None = None


def daily(
    prints: pd.DataFrame, ticks: pd.DataFrame, bars: pd.DataFrame, covered: Sequence[Interval], at: datetime
) -> list[Daily]:
    """One for each pair. What was collected after `at` is left out, and a minute whose bar or flow was is no minute."""
    known = prints[prints["collection_time"] <= at] if len(prints) else prints
    share = len(known) / len(prints) if len(prints) else None
    there = _minutes(ticks, bars, covered, at)
    if there.empty:
        return [Daily(pair.name, 0, share) for pair in PAIRS]
    minutes = by_minute(known, ticks[ticks["collected_at"] <= at], there)
    return [_of(pair, minutes, share) for pair in PAIRS]


def _minutes(
    ticks: pd.DataFrame, bars: pd.DataFrame, covered: Sequence[Interval], at: datetime
) -> pd.DataFrame:
    """Bars of regular hours that were known, in which prints were collected and the flow was known too."""
    if bars.empty or ticks.empty:
        return bars.iloc[:0]
    starts = pd.to_datetime(bars["starts_at"], utc=True).dt.floor(MINUTE)
    flow = pd.to_datetime(ticks["at"][ticks["collected_at"] <= at], utc=True).dt.floor(MINUTE)
    late = pd.to_datetime(ticks["at"][ticks["collected_at"] > at], utc=True).dt.floor(MINUTE)
    kept = (bars["market_time"] == "r") & (bars["collected_at"] <= at) & ~starts.isin(late)
    inside = np.array([any(start <= one < end for start, end in covered) for one in starts])
    return bars[kept & inside] if len(flow) else bars.iloc[:0]


def _of(pair: Pair, minutes: pd.DataFrame, share: float | None) -> Daily:
    nothing = Daily(pair.name, len(minutes), share)
    if pair.prints and (share is None or share < LEAST_KNOWN):
        return nothing
    one, other = (minutes[name].to_numpy(dtype=np.float64) for name in (pair.one, pair.other))
    if not (np.ptp(one) and np.ptp(other)):
        return nothing
    try:
        found = pair.lags(minutes, LAGS)
    except ValueError:
        return nothing
    plain, best = with_interval(one, other), found.found[found.best]
    return Daily(
        *(pair.name, len(minutes), share, plain.value, plain.low, plain.high, plain.effective),
        *(found.best, best.value, best.z, found.needed, found.evidence),
    )
