"""Which side paid: premium at the ask less premium at the bid, calls against puts.

A row has call_ and put_premium, _premium_ask_side, _premium_bid_side and _volume: running totals of the session at one
strike or one expiry. Rows of two fetches of one session must not be summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

# Days to expiry, both ends included.
BUCKETS = (
    ("today", 0, 0),
    ("1-7 days", 1, 7),
    ("8-30 days", 8, 30),
    ("31-90 days", 31, 90),
    ("later", 91, 10**6),
)


# In the order in which they are asked for below.
SIDES = tuple(f"{right}_premium_{side}_side" for right in ("call", "put") for side in ("ask", "bid"))


@dataclass(frozen=True)
class Imbalance:
    """US dollars. `net_call` is calls bought less calls sold, as the side of the trade tells."""

    net_call: Decimal
    net_put: Decimal
    sided: Decimal
    total: Decimal

    @property
    def bullish(self) -> Decimal:
        """Calls bought and puts sold, less the opposite."""
        return self.net_call - self.net_put

    @property
    def share(self) -> Decimal | None:
        """The same as a part of all premium that has a side, -1 to 1; None without any."""
        return self.bullish / self.sided if self.sided else None


def bullish(call_ask: Any, call_bid: Any, put_ask: Any, put_bid: Any) -> Any:  # noqa: ANN401 - numbers or columns of them
    """Calls bought and puts sold, less the opposite, of premium by the side of its trades."""
    return call_ask - call_bid - put_ask + put_bid


def imbalance(rows: pd.DataFrame) -> Imbalance:
    """Sum rows of one fetch."""
    call_ask, call_bid, put_ask, put_bid = (_sum(rows, name) for name in SIDES)
    return Imbalance(
        net_call=call_ask - call_bid,
        net_put=put_ask - put_bid,
        sided=call_ask + call_bid + put_ask + put_bid,
        total=_sum(rows, "call_premium") + _sum(rows, "put_premium"),
    )


def by_expiry(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """One line a bucket of days to expiry: contracts, premium and put/call of both; every bucket has its line.

    Expired rows belong to no bucket.
    """
    days = [(expiry - day).days for expiry in rows["expiry"]]
    found = [
        {"bucket": name, **_put_call(rows[[first <= one <= last for one in days]])}
        for name, first, last in BUCKETS
    ]
    return pd.DataFrame(found).set_index("bucket")


def by_moneyness(rows: pd.DataFrame) -> pd.DataFrame:
    """Out of the money against the rest (at and in the money), as the vendor counts what is out of the money."""
    out, rest = {}, {}
    for right in ("call", "put"):
        for what in ("volume", "premium"):
            out[f"{right}_{what}"] = _sum(rows, f"{right}_otm_{what}")
            rest[f"{right}_{what}"] = _sum(rows, f"{right}_{what}") - out[f"{right}_{what}"]
    tables = {"out of the money": out, "the rest": rest}
    found = [{"moneyness": name, **_put_call(pd.DataFrame([sums]))} for name, sums in tables.items()]
    return pd.DataFrame(found).set_index("moneyness")


def ratio(above: Decimal, below: Decimal) -> Decimal | None:
    """None where there is nothing to divide by: that is not a ratio of 0."""
    return above / below if below else None


def strikes(rows: pd.DataFrame) -> pd.DataFrame:
    """One line a strike, ascending: premium of calls and puts, and the bullish part of it in US dollars."""
    columns = ("call_premium", "put_premium", *SIDES)
    # One pass over plain values: hundreds of tables of a row each would take longer than all else on a page.
    sums: dict[Decimal, dict[str, Decimal]] = {}
    for strike, *values in zip(rows["strike"], *(rows[name] for name in columns), strict=True):
        at = sums.setdefault(strike, dict.fromkeys(columns, Decimal(0)))
        for name, value in zip(columns, values, strict=True):
            if isinstance(value, Decimal):
                at[name] += value
    found = [
        {
            "strike": strike,
            "call_premium": at["call_premium"],
            "put_premium": at["put_premium"],
            "bullish": bullish(*(at[name] for name in SIDES)),
        }
        for strike, at in sorted(sums.items())
    ]
    return pd.DataFrame(found, columns=["strike", "call_premium", "put_premium", "bullish"])


def through_the_day(snapshots: pd.DataFrame, key: str, columns: Sequence[str]) -> pd.DataFrame:
    """What each fetch added to the one before, for each strike or expiry (`key`): sums of them are the day's.

    Snapshots have `key`, collected_at and running totals. A total that was restated downwards adds a negative number.
    """
    ordered = snapshots.sort_values([key, "collected_at"], kind="stable").reset_index(drop=True)
    added = ordered[[key, "collected_at"]].copy()
    for column in columns:
        before = ordered.groupby(key)[column].shift()
        added[column] = [
            now - last if isinstance(last, Decimal) else now
            for now, last in zip(ordered[column], before, strict=True)
        ]
    return added


def _put_call(rows: pd.DataFrame) -> dict[str, Decimal | None]:
    sums = {
        f"{right}_{what}": _sum(rows, f"{right}_{what}")
        for right in ("call", "put")
        for what in ("volume", "premium")
    }
    return {
        **sums,
        "put_call_volume": ratio(sums["put_volume"], sums["call_volume"]),
        "put_call_premium": ratio(sums["put_premium"], sums["call_premium"]),
    }


def _sum(rows: pd.DataFrame, column: str) -> Decimal:
    return sum((value for value in rows[column] if isinstance(value, Decimal)), Decimal(0))
