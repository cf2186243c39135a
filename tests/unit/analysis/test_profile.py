"""Levels, point of control, value area and nodes, against answers computed by hand."""

from decimal import Decimal

import pandas as pd
import pytest

from analysis.darkpool.profile import levels, profile, readable_step, to_level

CENT = Decimal("0.01")


def prints(*rows: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        {"price": [Decimal(price) for price, _ in rows], "size": [Decimal(size) for _, size in rows]}
    )


# Shares by level: 10.00: 100, 10.01: 300, 10.02: 1000, 10.03: 400, 10.04: 200; 2000 in all, 70 % is 1400.
BELL = prints(
    ("10.00", 100),
    ("10.01", 300),
    ("10.02", 600),
    ("10.02", 400),
    ("10.03", 400),
    ("10.04", 200),
)


def test_a_level_sums_the_shares_premium_and_prints_at_its_price():
    found = levels(BELL, CENT)

    assert list(found["price"]) == [
        Decimal("10.00"),
        Decimal("10.01"),
        Decimal("10.02"),
        Decimal("10.03"),
        Decimal("10.04"),
    ]
    assert list(found["shares"]) == [100, 300, 1000, 400, 200]
    assert list(found["prints"]) == [1, 1, 2, 1, 1]
    assert list(found["premium"]) == [
        Decimal("1000.00"),
        Decimal("3003.00"),
        Decimal("10020.00"),
        Decimal("4012.00"),
        Decimal("2008.00"),
    ]


def test_the_point_of_control_is_the_level_with_the_most_shares():
    assert profile(BELL, CENT).point_of_control == Decimal("10.02")


def test_the_value_area_stops_at_the_first_level_that_makes_it_70_percent():
    # 1000, then 400 above beats 300 below: 1400 of 2000 is enough.
    found = profile(BELL, CENT)

    assert found.value_area == (Decimal("10.02"), Decimal("10.03"))
    assert found.value_area_share == Decimal("0.7")


def test_the_value_area_goes_on_below_when_below_is_larger():
    # 1000 of 2001 shares; 400 above, then 300 below against 201 above: 1700.
    found = profile(pd.concat([BELL, prints(("10.04", 1))]), CENT)

    assert found.value_area == (Decimal("10.01"), Decimal("10.03"))


def test_of_equal_levels_the_one_in_the_middle_is_the_point_of_control():
    assert profile(
        prints(("10.00", 5), ("10.01", 5), ("10.02", 1), ("10.03", 1)), CENT
    ).point_of_control == Decimal("10.01")


def test_a_gap_is_skipped_by_the_value_area():
    # Nothing printed between 10.00 and 10.50; 60 of 100, then 40.
    found = profile(prints(("10.00", 60), ("10.50", 40)), CENT)

    assert found.value_area == (Decimal("10.00"), Decimal("10.50"))
    assert found.value_area_share == 1


def test_one_print_is_its_own_profile():
    found = profile(prints(("10.00", 7)), CENT)

    assert found.point_of_control == Decimal("10.00")
    assert found.value_area == (Decimal("10.00"), Decimal("10.00"))
    assert found.vwap == Decimal("10.00")


def test_vwap_is_premium_over_shares():
    # (100*10.00 + 300*10.01 + 1000*10.02 + 400*10.03 + 200*10.04) / 2000 = 20043 / 2000
    assert profile(BELL, CENT).vwap == Decimal("10.0215")


def test_a_node_beats_both_neighbours_and_one_and_a_half_times_the_mean():
    # The mean is 40, so 60 is asked: 90 and 70 are nodes, 50 is a peak but too small.
    found = profile(
        prints(
            *((f"10.{at:02}", size) for at, size in enumerate((10, 90, 10, 50, 10, 70, 40))),
        ),
        CENT,
    )

    assert found.nodes == (Decimal("10.01"), Decimal("10.05"))


def test_a_plateau_is_one_node():
    # Mean of 10, 80, 80, 10 is 45, so 67.5 is asked.
    found = profile(prints(("10.00", 10), ("10.01", 80), ("10.02", 80), ("10.03", 10)), CENT)

    assert found.nodes == (Decimal("10.01"),)


@pytest.mark.parametrize(
    ("price", "step", "level"),
    [
        ("605.1249", "0.01", "605.12"),
        ("605.125", "0.01", "605.13"),
        ("605.12", "0.05", "605.10"),
        ("605.125", "0.25", "605.25"),
        ("605.124", "0.25", "605.00"),
    ],
)
def test_a_price_goes_to_the_nearest_level_and_up_from_half_way(price: str, step: str, level: str):
    assert to_level(Decimal(price), Decimal(step)) == Decimal(level)


@pytest.mark.parametrize(
    ("high", "step"), [("10.29", "0.01"), ("10.30", "0.02"), ("12.90", "0.1"), ("13.00", "0.2")]
)
def test_the_step_is_the_smallest_that_fits_thirty_levels(high: str, step: str):
    assert readable_step(prints(("10.00", 1), (high, 1))) == Decimal(step)


def test_a_tenth_of_a_dollar_is_exactly_a_tenth():
    # Ten times 0.1 in binary floats is not 1.
    found = profile(pd.concat([prints(("0.1", 1))] * 10), CENT)

    assert found.levels["premium"].sum() == Decimal(1)


def test_no_share_is_no_profile():
    with pytest.raises(ValueError, match="at least one print"):
        profile(prints(("10.00", 0)), CENT)
