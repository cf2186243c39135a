"""Touches of a level, told by hand."""

from decimal import Decimal

import pytest

from analysis.darkpool.held import Rule, counts, first_touches, verdict

RULE = Rule(near=Decimal("0.05"), away=Decimal("0.30"))
LEVEL = Decimal("10.00")


def outcome(*prices: str) -> tuple[int, str, str] | None:
    found = first_touches([LEVEL], [Decimal(price) for price in prices], RULE)
    return None if found.empty else tuple(found.loc[0, ["at", "came_from", "outcome"]])


def test_a_level_that_sends_the_price_back_up_held():
    assert outcome("10.40", "10.20", "10.04", "9.90", "10.30", "9.00") == (2, "above", "held")


def test_a_level_that_sends_the_price_back_down_held():
    assert outcome("9.60", "9.97", "10.20", "9.70") == (1, "below", "held")


def test_a_level_that_is_passed_by_away_broke():
    assert outcome("10.40", "10.00", "9.71", "9.70", "10.40") == (1, "above", "broke")


def test_a_jump_across_the_level_touches_it():
    assert outcome("10.20", "9.90", "9.70") == (1, "above", "broke")


def test_a_day_that_ends_in_between_leaves_it_open():
    assert outcome("10.40", "10.00", "10.29", "9.71") == (1, "above", "open")


def test_a_price_that_never_comes_near_touches_nothing():
    assert outcome("10.40", "10.06", "10.40") is None


def test_a_day_that_starts_at_the_level_has_to_leave_first():
    assert outcome("10.00", "10.02", "9.98") is None
    assert outcome("10.00", "9.90", "10.01", "10.30") == (2, "below", "broke")


def test_open_touches_decide_nothing():
    touches = first_touches(
        [Decimal("10.00"), Decimal("10.60"), Decimal("11.40")],
        [Decimal(price) for price in ("10.40", "10.00", "10.35", "10.60", "11.00", "11.35", "11.39")],
        RULE,
    )

    assert list(touches["outcome"]) == ["held", "broke", "open"]
    assert counts(touches) == (1, 2)


@pytest.mark.parametrize(
    ("nodes", "others", "words"),
    [
        ((0, 0), (5, 10), "Nothing can be said"),
        ((6, 10), (50, 100), "No evidence"),
        ((5, 5), (1, 40), "too few to call this evidence"),
        ((56, 70), (48, 80), "nodes held more often; one day is one observation"),
        ((48, 80), (56, 70), "nodes held less often"),
    ],
)
def test_the_verdict_says_no_more_than_the_counts_allow(nodes, others, words):
    assert words in verdict(nodes, others)


def test_the_verdict_shows_its_uncertainty():
    assert "difference +20%, 95 % interval +5% to +33%" in verdict((56, 70), (48, 80))
