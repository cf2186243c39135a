"""The running volume proves neighbours: a print that is taken away is always noticed."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.core.adjacency import PREMIUM_FLOOR_USD, Print, could_hide, proof, steps

OPEN = datetime(2026, 11, 20, 9, tzinfo=timezone.utc)
SPAN = (OPEN, OPEN + timedelta(hours=16))
CENT = Decimal("0.01")


def tape(*prints):
    """Prints of (seconds after the last, price, size, shares that traded before it); volume runs."""
    times = accumulate(seconds for seconds, *_ in prints)
    volumes = accumulate(size + before for _, _, size, before in prints)
    return [
        Print(OPEN + timedelta(seconds=at), Decimal(price), Decimal(size), Decimal(volume))
        for at, volume, (_, price, size, _) in zip(times, volumes, prints, strict=True)
    ]


@st.composite
def proven_tapes(draw):
    """Prints of the floor's worth and more, prices inside the band, and next to nothing between them."""
    price = draw(st.decimals(1, 900, places=2))
    prints = []
    for _ in range(draw(st.integers(2, 12))):
        price = max(CENT, (price * draw(st.decimals("0.96", "1.04", places=4))).quantize(CENT))
        least = int(PREMIUM_FLOOR_USD / price) + 1
        size = draw(st.integers(least, 20 * least))
        between = draw(st.integers(0, least * 4 // 5))
        prints.append((draw(st.integers(0, 900)), price, size, between))
    return tape(*prints)


@given(proven_tapes())
def test_a_whole_tape_is_proven_up_to_its_last_print(prints):
    found = proof(prints, SPAN)
    assert (found.open, found.conflicts, found.largest) == (0, 0, None)
    assert found.volume == 1
    assert found.time == (prints[-1].executed_at - OPEN) / timedelta(hours=16)


@pytest.mark.slow
@settings(max_examples=300)
@given(proven_tapes(), st.randoms(use_true_random=False))
def test_taking_any_print_away_opens_the_step_that_it_stood_in(prints, dice):
    taken = dice.randrange(len(prints) - 1)
    left = [one for place, one in enumerate(prints) if place != taken]
    dice.shuffle(left)
    found = proof(left, SPAN)
    assert (found.open, found.conflicts) == (1, 0)
    assert found.largest.between >= prints[taken].size
    assert found.largest.start <= prints[taken].executed_at <= found.largest.end
    assert could_hide(found.largest) >= 1
    assert found.volume < 1


@given(proven_tapes())
def test_after_the_last_print_nothing_is_proven(prints):
    assert proof(prints[:-1], SPAN).time <= proof(prints, SPAN).time
    assert proof([], SPAN).time == proof([], SPAN).volume == 0


def test_shares_worth_less_than_the_floor_hide_no_print_and_more_do():
    small, large = tape((0, 100, 2000, 0), (9, 100, 2000, 952)), tape((0, 100, 2000, 0), (9, 100, 2000, 953))
    assert [step.state for step in steps(small, OPEN)] == ["closed", "closed"]
    assert [step.state for step in steps(large, OPEN)] == ["closed", "open"]
    strict = [step.state for step in steps(small, OPEN, Decimal(0))]
    assert strict == ["closed", "open"], "without a floor any share may have been a print"


def test_the_dearer_neighbour_counts_and_a_little_more():
    rising, falling = (
        tape((0, first, 2000, 0), (9, last, 2000, 960)) for first, last in ((90, 100), (100, 90))
    )
    assert [step.state for step in steps(rising, OPEN)] == ["closed", "open"]
    assert [step.state for step in steps(falling, OPEN)] == ["closed", "open"]


def test_the_largest_hole_is_the_one_that_most_dollars_could_hide_in():
    found = proof(tape((0, 100, 2000, 3000), (9, 100, 2000, 5000), (9, 100, 2000, 4000)), SPAN)
    assert (found.open, found.largest.between) == (3, 5000)


def test_a_corrected_print_beside_the_wrong_one_is_a_conflict_and_no_hole():
    first, second, third = tape((0, 100, 2000, 0), (60, 100, 2000, 0), (60, 100, 2000, 0))
    found = proof([first, second, second._replace(price=Decimal(101)), third], SPAN)
    assert (found.closed, found.open, found.conflicts) == (3, 0, 1)


def test_a_print_that_stands_in_the_volume_before_it_stands_in_time_is_a_conflict():
    first, second, third = tape((0, 100, 2000, 0), (60, 100, 2000, 0), (60, 100, 2000, 0))
    late = second._replace(executed_at=third.executed_at + timedelta(seconds=5))
    found = proof([first, late, third], SPAN)
    assert (found.closed, found.conflicts) == (2, 1)


def test_the_share_of_time_is_what_lies_between_closed_neighbours_in_the_span():
    hour = 3600
    prints = tape((hour, 100, 2000, 0), (3 * hour, 100, 2000, 0), (2 * hour, 100, 2000, 50_000))
    found = proof(prints, SPAN)
    assert found.time == 4 / 16
    assert round(found.volume, 3) == round(4000 / 56_000, 3)
    assert found.largest.between == 50_000
    assert could_hide(found.largest) == 52


def test_only_time_inside_the_session_counts():
    hour = timedelta(hours=1)
    first, second = tape((0, 100, 2000, 0), (9 * 3600, 100, 2000, 0))
    early = first._replace(executed_at=OPEN - hour)
    assert proof([early], SPAN).time == 0
    assert proof([early, second], SPAN).time == 9 / 16
    assert proof([first, second], (OPEN, OPEN + hour)).time == 1
    assert proof([early], (OPEN, OPEN)).time == 0
