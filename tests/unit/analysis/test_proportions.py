"""Intervals against the tables of Newcombe 1998 (Statistics in Medicine 17), and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.proportions import difference, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "interval"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0000, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilsons_interval_is_that_of_the_published_table(successes, trials, interval):
    assert wilson(successes, trials) == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "interval"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 20), (0.6791, 1.0000)),
    ],
)
def test_the_interval_of_a_difference_is_that_of_the_published_table(one, other, interval):
    assert difference(one, other) == pytest.approx(interval, abs=5e-5)


def test_without_a_trial_everything_is_possible():
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_lies_in_0_to_1_and_holds_the_share(counted):
    low, high = wilson(*counted)

    assert -1e-12 <= low <= counted[0] / counted[1] + 1e-12
    assert counted[0] / counted[1] - 1e-12 <= high <= 1 + 1e-12
