"""What FINRA published against what was captured: told by hand, and what must hold whatever the volumes are."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.darkpool.audit import BAD, Captured, Outcome, Published, compare

MONDAY = date(2026, 11, 16)
WEEK = Published("SPY", MONDAY, Decimal(400), Decimal(600))
shares = st.integers(1, 10**10).map(Decimal)


@pytest.mark.parametrize(
    ("dark", "prints", "outcome"),
    [
        (1000, 300, Outcome.AGREES),
        (950, 300, Outcome.AGREES),
        (1050, 1050, Outcome.AGREES),
        (949, 300, Outcome.TOO_LITTLE),
        (1051, 300, Outcome.TOO_MUCH),
        (1000, 1051, Outcome.TOO_MUCH),
    ],
)
def test_a_whole_week_agrees_within_five_percent_of_both_sides_together(dark, prints, outcome):
    assert compare(WEEK, Captured(Decimal(dark), Decimal(prints))).outcome is outcome


def test_a_week_with_a_hole_is_not_judged_and_says_which():
    found = compare(
        WEEK, Captured(Decimal(700), Decimal(0), ("prints of 2026-11-18: nothing was collected",))
    )

    assert found.outcome is Outcome.NOT_WHOLE
    assert found.said == "prints of 2026-11-18: nothing was collected"
    assert found.dark_part == Decimal("0.7")


def test_a_hole_does_not_excuse_more_than_was_published():
    assert compare(WEEK, Captured(Decimal(1100), Decimal(0), ("a hole",))).outcome is Outcome.TOO_MUCH


@pytest.mark.parametrize(
    ("side", "words"), [({"ats": Decimal(400)}, "non-ATS"), ({"otc": Decimal(600)}, "FINRA's ATS")]
)
def test_one_side_alone_is_no_measure(side, words):
    found = compare(Published("SPY", MONDAY, **side), Captured(Decimal(400), Decimal(0)))
    assert (found.outcome, found.dark_part) == (Outcome.HALF, None)
    assert words in found.said


@given(shares, shares, st.integers(1, 99).map(lambda many: Decimal(many) / 100))
def test_what_is_the_same_agrees_whatever_the_tolerance(ats, otc, tolerance):
    found = compare(Published("SPY", MONDAY, ats, otc), Captured(ats + otc, ats), tolerance)
    assert found.outcome is Outcome.AGREES


@given(shares, shares, shares, st.integers(1, 50), st.integers(1, 49))
def test_a_wider_tolerance_never_finds_more(total, dark, prints, percent, more):
    week, here = Published("SPY", MONDAY, total, Decimal(0)), Captured(dark, prints)
    narrow, wide = (compare(week, here, Decimal(one) / 100) for one in (percent, percent + more))
    assert narrow.outcome in BAD or wide.outcome not in BAD
