"""Blocks, dark share, clusters, late prints and prints against the market, told by hand; and what is true of all."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.darkpool.against_market import running_vwap, sides, vwap_distance
from analysis.darkpool.blocks import blocks
from analysis.darkpool.clusters import clusters
from analysis.darkpool.late import delays, late, outside_hours
from analysis.darkpool.share import dark_share

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)
CENT = Decimal("0.01")


def at(seconds: float) -> datetime:
    return OPEN + timedelta(seconds=seconds)


def prints(*rows: tuple[float, str, int]) -> pd.DataFrame:
    """Rows of (seconds after the opening, price, size)."""
    return pd.DataFrame(
        {
            "executed_at": [at(seconds) for seconds, _, _ in rows],
            "price": [Decimal(price) for _, price, _ in rows],
            "size": [Decimal(size) for _, _, size in rows],
        }
    )


def bars(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    """One-minute bars from the opening on: high, low, close, volume."""
    return pd.DataFrame(
        [
            {
                "ends_at": at(60 * (number + 1)),
                "high": Decimal(high),
                "low": Decimal(low),
                "close": Decimal(close),
                "volume": Decimal(volume),
            }
            for number, (high, low, close, volume) in enumerate(rows)
        ]
    )


HISTORY = prints(*((0, "10", size) for size in range(1, 1001)))


def test_a_block_is_large_for_its_own_symbol():
    today = prints((0, "10", 994), (1, "10", 996), (2, "10", 5000))

    assert list(blocks(today, HISTORY)["size"]) == [5000, 996]
    assert list(blocks(today, HISTORY)["rank"]) == [1, Decimal("0.995")]
    small = HISTORY.assign(size=HISTORY["size"] / 100)
    assert len(blocks(today, small)) == 3


def test_a_short_history_is_no_measure():
    with pytest.raises(ValueError, match="199 earlier prints are too few"):
        blocks(HISTORY, HISTORY.iloc[:199])


def test_the_dark_share_is_dark_over_all_and_at_each_price():
    levels = pd.DataFrame(
        [
            (Decimal(10), Decimal(30), Decimal(70)),
            (Decimal(11), Decimal(50), Decimal(50)),
            (Decimal(12),) + (Decimal(0),) * 2,
        ],
        columns=["price", "dark_volume", "lit_volume"],
    )
    found = dark_share(levels)

    assert (found.dark, found.lit, found.share) == (80, 120, Decimal("0.4"))
    assert list(found.by_price["share"]) == [Decimal("0.3"), Decimal("0.5")]


def test_levels_that_do_not_know_all_venues_have_no_dark_share():
    row = {
        "level_type": "stock_volume",
        "price": Decimal(1),
        "dark_volume": Decimal(1),
        "lit_volume": Decimal(1),
    }
    with pytest.raises(ValueError, match="know all venues"):
        dark_share(pd.DataFrame([row]))
    with pytest.raises(ValueError, match="no volume"):
        dark_share(
            pd.DataFrame(
                [{**row, "level_type": "darkpool", "dark_volume": Decimal(0), "lit_volume": Decimal(0)}]
            )
        )


def test_prints_close_in_time_at_one_price_are_a_cluster():
    found = clusters(
        prints(
            (0, "10", 1), (30, "10", 2), (90, "10", 4), (151, "10", 8), (40, "10.01", 16), (50, "10.01", 32)
        ),
        CENT,
    )

    (only,) = found.to_dict("records")
    assert (only["prints"], only["shares"], only["premium"]) == (3, 7, 70)
    assert (only["begins"], only["ends"]) == (at(0), at(90))


def test_no_print_makes_no_cluster():
    assert clusters(prints(), CENT).empty


def test_a_print_is_late_when_it_took_longer_than_the_rule_allows():
    table = prints((100, "10", 1), (100, "10", 2), (100, "10", 3)).assign(
        trf_executed_at=[at(90), at(89), None]
    )

    assert list(late(table)["size"]) == [2]
    assert delays(table).isna().tolist() == [False, False, True]


def test_the_session_is_from_half_past_nine_to_the_close():
    table = prints(
        (-1, "10", 1), (0, "10", 2), (3.5 * 3600, "10", 3), (6.5 * 3600 - 1, "10", 4), (6.5 * 3600, "10", 5)
    )

    assert list(outside_hours(table, date(2026, 11, 20))["size"]) == [1, 5]
    assert list(outside_hours(table, date(2026, 11, 20), time(13))["size"]) == [
        1,
        3,
        4,
        5,
    ]


def test_the_distance_is_from_the_vwap_that_was_known_then():
    market = bars(("10", "10", "10", 100), ("13", "13", "13", 200), ("99", "99", "99", 1))

    found = vwap_distance(prints((59, "10", 1), (60, "11", 2), (125, "12.12", 3)), market)

    assert list(found["distance"][1:]) == [1000, 100]
    assert found["distance"].isna().tolist() == [True, False, False]


def test_a_side_is_told_by_the_middle_of_bid_and_ask():
    table = prints(*((0, price, 1) for price in ("10.03", "10.02", "10.01", "10.01", "10.01")))
    table["nbbo_bid"] = [Decimal("10.00")] * 3 + [None, Decimal("10.05")]
    table["nbbo_ask"] = [Decimal("10.04")] * 5

    assert list(sides(table)) == [1, 0, -1, 0, 0]


money = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
many_bars = st.lists(st.tuples(money, money, st.integers(0, 10**6)), min_size=1, max_size=20)


@given(many_bars)
def test_vwap_stays_between_the_lowest_and_the_highest_price(rows):
    table = bars(*((str(max(pair)), str(min(pair)), str(min(pair)), volume) for *pair, volume in rows))
    traded = table[table["volume"] > 0]

    for vwap in running_vwap(table)["vwap"]:
        assert traded["low"].min() - Decimal("1e-9") <= vwap <= traded["high"].max() + Decimal("1e-9")


some_prints = st.lists(
    st.tuples(st.integers(0, 600), money.map(str), st.integers(1, 999)), min_size=1, max_size=30
)


@pytest.mark.slow
@given(some_prints, st.randoms())
def test_the_order_of_the_prints_does_not_matter(rows, random):
    one, other = prints(*rows), prints(*random.sample(rows, len(rows)))
    market = bars(("10", "9", "10", 5), ("12", "10", "11", 7))

    assert clusters(one, Decimal(5), enough=1).equals(clusters(other, Decimal(5), enough=1))
    assert clusters(one, Decimal(5), enough=1)["shares"].sum() == one["size"].sum()
    assert vwap_distance(one, market).equals(vwap_distance(other, market))
    assert blocks(one, HISTORY).reset_index(drop=True).equals(blocks(other, HISTORY).reset_index(drop=True))
