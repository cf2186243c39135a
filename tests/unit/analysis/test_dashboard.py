"""Addresses of the dashboard mean what they say, and prints by price make the profile of prints one by one."""

import contextlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.darkpool.profile import profile
from analysis.dashboard.asked import PAGES, SESSIONS, Asked, NoSuchPage, read

TICKERS = st.text("ABCXYZ.&=/ü", min_size=1, max_size=6)
ASKED = st.builds(
    Asked,
    st.sampled_from(PAGES),
    TICKERS.map(str.upper),
    st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.decimals("0.01", "9999", places=2),
    st.sampled_from(SESSIONS),
    st.booleans(),
)
PRINTS = st.lists(
    st.tuples(st.decimals("9.90", "10.20", places=4), st.integers(1, 10**6).map(Decimal)),
    min_size=1,
    max_size=60,
)


@given(ASKED)
def test_an_address_is_read_as_it_was_written(asked):
    if asked.page not in {"levels", "strike"}:
        asked = replace(asked, sessions=20)
    page, _, query = asked.href().partition("?")

    assert read(page, query) == asked


@given(st.text(max_size=60), st.text(max_size=300))
def test_any_other_address_is_refused_and_never_a_fault(page, query):
    with contextlib.suppress(NoSuchPage):
        assert read(page, query).page in PAGES


@pytest.mark.parametrize("strike", ["0", "-1", "inf", "sNaN", "1e400", "x"])
def test_a_strike_is_a_price(strike):
    with pytest.raises(NoSuchPage, match="strike cannot be"):
        read("strike", f"symbol=SPY&strike={strike}")


@given(PRINTS)
def test_prints_put_together_by_price_make_the_same_profile(prints):
    one_by_one = pd.DataFrame(prints, columns=["price", "size"])
    together = one_by_one.assign(prints=1).groupby("price", as_index=False).sum()
    step = Decimal("0.05")

    expected, found = profile(one_by_one, step), profile(together, step)

    assert found.levels.to_dict("records") == expected.levels.to_dict("records")
    assert (found.point_of_control, found.value_area) == (expected.point_of_control, expected.value_area)
