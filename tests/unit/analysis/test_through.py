"""What each half hour added to the running totals, by hand and in any order."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.flow.through import bullish_through, until_the_close

TEN = datetime(2026, 11, 20, 15, tzinfo=timezone.utc)
HALF_HOUR = timedelta(minutes=30)
SUMS = (
    "call_premium",
    "put_premium",
    *(f"{r}_premium_{s}_side" for r in ("call", "put") for s in ("ask", "bid")),
)


def snapshot(number, strike, premium, call_ask, put_ask=0):
    row = dict.fromkeys(SUMS, Decimal(0)) | {"call_premium": Decimal(premium)}
    row |= {"call_premium_ask_side": Decimal(call_ask), "put_premium_ask_side": Decimal(put_ask)}
    return {"strike": Decimal(strike), "collected_at": TEN + number * HALF_HOUR, **row}


def test_each_half_hour_has_what_it_added_of_the_largest_strikes():
    rows = pd.DataFrame(
        [
            snapshot(0, 600, 10, 10),
            snapshot(0, 605, 1, 1),
            snapshot(1, 600, 40, 30, put_ask=50),
            snapshot(1, 605, 2, 2),
            snapshot(1, 610, 90, 7),
        ]
    )

    found = bullish_through(rows, "strike", 2)

    assert list(found.columns) == [600, 610]
    assert list(found.index) == [TEN, TEN + HALF_HOUR]
    assert found.to_numpy().tolist() == [[10, 0], [-30, 7]]


@given(
    st.lists(st.lists(st.integers(0, 99), min_size=3, max_size=3), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_half_hours_sum_to_the_newest_fetch_in_any_order(fetches, random):
    rows = [
        snapshot(number, 600 + at, 1, one)
        for number, fetch in enumerate(fetches)
        for at, one in enumerate(fetch)
    ]
    random.shuffle(rows)

    found = bullish_through(pd.DataFrame(rows), "strike", 3)

    assert [sum(found[name]) for name in found.columns] == fetches[-1]


def test_what_was_fetched_after_the_close_is_of_the_half_hour_in_which_it_closed():
    minutes = (0, 5, 31, 74, 400)
    rows = pd.DataFrame([{"collected_at": TEN + timedelta(minutes=one), "n": one} for one in minutes])

    found = until_the_close(rows, TEN + timedelta(minutes=75), HALF_HOUR)

    assert list(found["n"]) == [5, 31, 400]
