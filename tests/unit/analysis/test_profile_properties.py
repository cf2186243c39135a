"""What is true of every profile, whatever was printed."""

from decimal import Decimal

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.darkpool.profile import profile, readable_step

prices = st.decimals(min_value="0.01", max_value="2000", places=4)
sizes = st.decimals(min_value="0.001", max_value="5000000", places=3)
rows = st.lists(st.tuples(prices, sizes), min_size=1, max_size=40)
steps = st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal("0.25"), Decimal(1), Decimal(10)])

settings.register_profile("profiles", max_examples=40, deadline=None)
settings.load_profile("profiles")


def table(pairs: list[tuple[Decimal, Decimal]]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["price", "size"])


@given(rows, steps)
def test_no_share_is_lost_and_none_is_made(pairs, step):
    found = profile(table(pairs), step)

    assert found.levels["shares"].sum() == sum(size for _, size in pairs)
    assert found.levels["prints"].sum() == len(pairs)


@given(rows, steps, st.randoms())
def test_the_order_of_the_prints_does_not_matter(pairs, step, random):
    shuffled = random.sample(pairs, len(pairs))

    one, other = profile(table(pairs), step), profile(table(shuffled), step)

    assert one.levels.equals(other.levels)
    assert (one.point_of_control, one.value_area, one.nodes) == (
        other.point_of_control,
        other.value_area,
        other.nodes,
    )


@given(rows, steps)
def test_the_value_area_holds_70_percent_and_the_point_of_control(pairs, step):
    found = profile(table(pairs), step)
    low, high = found.value_area

    assert found.value_area_share >= Decimal("0.7")
    assert low <= found.point_of_control <= high


@given(rows, steps)
def test_the_value_area_without_its_last_level_is_too_small(pairs, step):
    found = profile(table(pairs), step)
    inside = found.levels[found.levels["price"].between(*found.value_area)]
    ends = inside.iloc[[0, -1]]
    removable = ends.loc[ends["price"] != found.point_of_control, "shares"]

    for_seventy = Decimal("0.7") * found.shares
    assert removable.empty or any(inside["shares"].sum() - end < for_seventy for end in removable)


@given(rows, steps)
def test_vwap_lies_between_the_lowest_and_the_highest_price(pairs, step):
    found = profile(table(pairs), step)
    slack = Decimal("1e-15")

    assert min(price for price, _ in pairs) - slack <= found.vwap <= max(price for price, _ in pairs) + slack


@given(rows)
def test_the_readable_step_fits_a_screen(pairs):
    whole = table(pairs)

    assert len(profile(whole, readable_step(whole)).levels) <= 30
