"""Premium by side, put/call, strikes, alerts, IV rank and tides, told by hand; and what is true of all."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.flow.alerts import summary
from analysis.flow.premium import by_expiry, by_moneyness, imbalance, strikes, through_the_day
from analysis.flow.series import rank_changes, tide, turns

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 17, tzinfo=timezone.utc)
KEYS = [
    f"{right}_{what}"
    for right, what in product(
        ("call", "put"),
        ("premium", "premium_ask_side", "premium_bid_side", "volume", "otm_premium", "otm_volume"),
    )
]


def row(expiry_days: int = 0, strike: int = 100, **sums: int) -> dict[str, object]:
    numbers = {key: Decimal(sums.get(key, 0)) for key in KEYS}
    return {"expiry": DAY + timedelta(days=expiry_days), "strike": Decimal(strike), **numbers}


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


BOUGHT = row(call_premium=100, call_premium_ask_side=70, call_premium_bid_side=20)
PUTS = row(put_premium=60, put_premium_ask_side=10, put_premium_bid_side=40)


def test_calls_bought_and_puts_sold_are_bullish():
    found = imbalance(table(BOUGHT, PUTS))

    assert (found.net_call, found.net_put, found.bullish) == (50, -30, 80)
    assert (found.sided, found.total) == (140, 160)
    assert found.share == Decimal(80) / 140


def test_without_a_side_there_is_no_share():
    assert imbalance(table(row(call_premium=5))).share is None


def test_put_call_is_by_days_to_expiry_and_never_divides_by_nothing():
    found = by_expiry(
        table(
            row(-1, call_volume=1000, put_volume=1000),
            row(0, call_volume=10, put_volume=5),
            row(1, put_volume=7),
            row(7, call_volume=2, put_volume=1),
            row(91, call_volume=4),
        ),
        DAY,
    )

    assert found["put_call_volume"].to_dict() == {
        "today": Decimal("0.5"),
        "1-7 days": 4,
        "8-30 days": None,
        "31-90 days": None,
        "later": 0,
    }


def test_what_is_not_out_of_the_money_is_the_rest():
    found = by_moneyness(table(row(call_volume=10, call_otm_volume=4, put_volume=9, put_otm_volume=8)))

    assert found["put_call_volume"].to_dict() == {"out of the money": 2, "the rest": Decimal(1) / 6}


def test_strikes_are_ascending_with_their_bullish_part():
    found = strikes(table({**PUTS, "strike": Decimal(90)}, BOUGHT, BOUGHT))

    assert found[["strike", "bullish"]].to_numpy().tolist() == [[90, 30], [100, 100]]


def snapshots(totals: dict[int, list[int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "strike": Decimal(strike),
                "collected_at": NOON + timedelta(minutes=number),
                "call_premium": Decimal(total),
            }
            for strike, seen in totals.items()
            for number, total in enumerate(seen)
        ]
    )


def test_each_fetch_added_what_the_one_before_had_not():
    found = through_the_day(snapshots({100: [5, 9, 8], 90: [1]}), "strike", ["call_premium"])

    assert list(found["call_premium"]) == [1, 5, 4, -1]


totals = st.dictionaries(
    st.integers(1, 9), st.lists(st.integers(0, 10**9), min_size=1, max_size=8), min_size=1
)


@given(totals, st.randoms())
def test_what_was_added_sums_to_the_days_total_in_any_order(seen, random):
    rows = snapshots(seen)
    shuffled = rows.sample(frac=1, random_state=random.randrange(2**31))

    found = through_the_day(rows, "strike", ["call_premium"])

    assert found["call_premium"].sum() == sum(one[-1] for one in seen.values())
    assert found.equals(through_the_day(shuffled, "strike", ["call_premium"]))


numbers = st.integers(0, 10**9)
some_rows = st.lists(
    st.builds(
        lambda days, strike, sums: row(days, strike, **sums),
        st.integers(0, 400),
        st.integers(1, 5),
        st.fixed_dictionaries(dict.fromkeys(KEYS, numbers)),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@given(some_rows, st.randoms())
def test_no_premium_is_lost_between_buckets_and_strikes_in_any_order(rows, random):
    whole, shuffled = table(*rows), table(*random.sample(rows, len(rows)))
    total = imbalance(whole)

    for split in (by_expiry(whole, DAY), by_moneyness(whole), strikes(whole)):
        assert split["call_premium"].sum() + split["put_premium"].sum() == total.total
    assert strikes(whole)["bullish"].sum() == total.bullish
    assert by_expiry(whole, DAY).equals(by_expiry(shuffled, DAY))
    assert imbalance(shuffled) == total


def alert(premium: int, ask: int, bid: int, marks: str) -> dict[str, object]:
    money = {"premium": Decimal(premium), "ask_premium": Decimal(ask), "bid_premium": Decimal(bid)}
    return {**money, **{mark: mark in marks.split() for mark in ("is_call", "sweep", "opening")}}


def test_sweeps_and_opening_trades_are_counted_with_their_direction():
    found = summary(
        table(
            alert(100, 80, 10, "is_call sweep"),
            alert(50, 40, 0, "sweep opening"),
            alert(30, 0, 30, ""),
        )
    )

    assert found["alerts"].to_dict() == {"sweeps": 2, "opening": 1, "opening sweeps": 1, "all": 3}
    assert found["bullish"].to_dict() == {"sweeps": 30, "opening": -40, "opening sweeps": -40, "all": 60}
    assert found.loc["all", "premium"] == 180


def test_iv_rank_changes_in_points_and_not_before_there_is_a_past():
    ranks = pd.DataFrame(
        {
            "session_date": [DAY + timedelta(days=at) for at in (2, 0, 1)],
            "value": [Decimal(30), Decimal(20), Decimal(26)],
        }
    )
    found = rank_changes(ranks, (1, 5))

    assert list(found["change_1"]) == [None, 6, 4]
    assert list(found["change_5"]) == [None, None, None]


def test_the_tide_is_calls_less_puts_where_both_are_known():
    metrics = pd.DataFrame(
        {
            "at": [NOON + timedelta(minutes=at) for at in (2, 0, 1, 3)],
            "net_call": [Decimal(5), Decimal(1), None, Decimal(4)],
            "net_put": [Decimal(2), Decimal(3), Decimal(1), Decimal(9)],
        }
    )
    found = tide(metrics)

    assert list(found["tide"]) == [-2, 3, -5]
    assert turns(found) == 2
