"""Prints, options' net premium and price, on the minutes that they have in common."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from analysis.darkpool.against_market import sides
from analysis.darkpool.prints import at_market
from analysis.statistics.lead_lag import LeadLag, lead_lag

MINUTE = "1min"


def by_minute(prints: pd.DataFrame, ticks: pd.DataFrame, bars: pd.DataFrame) -> pd.DataFrame:
    """One line a bar's minute: dark premium, its signed part, net options premium (US dollars), close and return.

    Bars have starts_at and close; ticks have at, net_call and net_put of their own minute. A minute without a print
    has a dark premium of 0, one without a tick a net premium of 0, so give minutes that were collected. Returns are of
    this close against the last; the first is 0. Floats: this is for statistics, not for money.
    """
    index = pd.DatetimeIndex(pd.to_datetime(bars["starts_at"], utc=True)).floor(MINUTE)
    close = pd.Series(bars["close"].astype(float).to_numpy(), index=index).groupby(level=0).last()
    used = at_market(prints)
    premium = _floats(used["price"] * used["size"])
    dark = _minutes(used["executed_at"], np.column_stack([premium, premium * sides(used).to_numpy()]))
    options = _minutes(ticks["at"], (_floats(ticks["net_call"]) - _floats(ticks["net_put"]))[:, None])
    found = pd.DataFrame({"close": close})
    for name, series in (("dark", dark[0]), ("dark_signed", dark[1]), ("net_premium", options[0])):
        found[name] = series.reindex(found.index, fill_value=0.0)
    found["return"] = np.log(found["close"]).diff().fillna(0.0)
    return found


def flow_and_price(minutes: pd.DataFrame, most: int) -> LeadLag:
    """Does the net options premium lead the price, or follow it?"""
    return lead_lag(minutes["net_premium"], minutes["return"], most)


def dark_and_flow(minutes: pd.DataFrame, most: int) -> LeadLag:
    """Does the signed dark premium lead the net options premium, or follow it?"""
    return lead_lag(minutes["dark_signed"], minutes["net_premium"], most)


def _minutes(at: pd.Series, values: np.ndarray) -> pd.DataFrame:
    index = pd.DatetimeIndex(pd.to_datetime(at, utc=True)).floor(MINUTE)
    return pd.DataFrame(values, index=index).groupby(level=0).sum()


def _floats(values: pd.Series) -> np.ndarray:
    return np.array([float(value) if isinstance(value, Decimal | int | float) else 0.0 for value in values])
