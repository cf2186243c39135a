"""Blocks against arch, and what an interval is for: it holds the truth as often as it says."""

import numpy as np
import pytest
from arch.bootstrap import optimal_block_length
from made_series import ar1

from analysis.statistics.bootstrap import block_length, interval, stationary


@pytest.mark.parametrize("rho", [0.3, 0.7, 0.9])
def test_the_block_length_is_on_average_what_theory_asks_for_and_near_archs(rho):
    """arch counts the last significant autocorrelation one lag later than the paper, so it is not equal."""
    rows = ar1(np.random.default_rng(5), rho, (40, 2000))
    theory = (2 * rho / (1 - rho**2)) ** (2 / 3) * 2000 ** (1 / 3)

    ours = np.mean([block_length(row) for row in rows])

    assert ours == pytest.approx(theory, rel=0.2)
    archs = np.mean([optimal_block_length(row)["stationary"].iloc[0] for row in rows])
    assert ours == pytest.approx(archs, rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_the_interval_of_a_mean_covers_although_neighbours_resemble_each_other(rho):
    rows = ar1(np.random.default_rng(6), rho, (300, 250))
    rng = np.random.default_rng(7)
    found = [
        interval(lambda drawn: float(drawn.mean()), row[:, None], rng, block=block_length(row), resamples=199)
        for row in rows
    ]
    covered = np.mean([low <= 0 <= high for low, high in found])
    assert 0.885 < covered < 0.99


@pytest.mark.parametrize("series", [[1.0] * 50, [1.0, 2.0, 3.0], [0.5]])
def test_a_series_that_tells_nothing_has_blocks_of_one(series):
    assert block_length(series) == 1.0


def test_blocks_are_as_long_as_asked_and_wrap_around():
    rng = np.random.default_rng(2)
    places = np.concatenate([stationary(500, 10, rng) for _ in range(100)])
    steps = np.diff(places)

    breaks = np.count_nonzero((steps != 1) & (steps != -499))
    assert len(places) / breaks == pytest.approx(10, rel=0.05)
    assert np.bincount(places, minlength=500).std() / 100 < 0.2
    assert 0 in places
    assert 499 in places


def test_each_place_is_drawn_as_often_as_any_other():
    rng = np.random.default_rng(3)
    drawn = np.bincount(np.concatenate([stationary(40, 5, rng) for _ in range(4000)]), minlength=40)
    assert drawn / 4000 == pytest.approx(np.ones(40), abs=0.1)


def test_the_same_seed_gives_the_same_interval():
    rows = np.random.default_rng(1).standard_normal((80, 1))
    one, other = (
        interval(lambda rows: float(rows.mean()), rows, np.random.default_rng(9), block=3, resamples=99)
        for _ in range(2)
    )
    assert one == other
    assert one[0] < rows.mean() < one[1]
