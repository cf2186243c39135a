"""Intervals of correlations hold the truth as often as they say, also when neighbours resemble each other."""

import os

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_series import ar1
from scipy import stats

from analysis.statistics.correlation import (
    effective_pairs,
    pearson,
    persistence,
    short_and_sticky,
    simulated,
    with_interval,
)

MANY = 20_000
FEW = 3_000 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 300
Z = 1.959964


def independent_pairs(rho: float, length: int, repetitions: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(17)
    return ar1(rng, rho, (repetitions, length)), ar1(rng, rho, (repetitions, length))


def correlations(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    one = one - one.mean(axis=1, keepdims=True)
    other = other - other.mean(axis=1, keepdims=True)
    return (one * other).sum(axis=1) / np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))


@pytest.mark.parametrize(
    ("rho", "naive", "bartlett"),
    [(0, 0.947, 0.947), (0.5, 0.868, 0.945), (0.7, 0.750, 0.955), (0.9, 0.477, 0.964)],
)
def test_coverage_with_and_without_bartletts_number_is_the_published_one(rho, naive, bartlett):
    """The published figures were counted too, on few enough repetitions to be half a percent off."""
    found = np.abs(np.arctanh(correlations(*independent_pairs(rho, 250, MANY))))
    covered = float((found <= Z / np.sqrt(250 - 3)).mean())
    with_effective = float((found <= Z / np.sqrt(effective_pairs(250, rho, rho) - 3)).mean())

    assert covered == pytest.approx(naive, abs=0.015)
    assert with_effective == pytest.approx(bartlett, abs=0.015)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_the_interval_covers_although_it_does_not_know_how_sticky_the_series_are(rho):
    pairs = zip(*independent_pairs(rho, 250, 1500), strict=True)
    found = [with_interval(one, other) for one, other in pairs]
    covered = float(np.mean([one.low <= 0 <= one.high for one in found]))
    assert 0.93 < covered < 0.985


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.9])
def test_a_short_pair_is_covered_by_simulation_and_a_sticky_one_not_by_the_textbook(rho):
    pairs = list(zip(*independent_pairs(rho, 60, FEW), strict=True))
    rng = np.random.default_rng(5)
    covered = np.mean([(found := simulated(*pair, rng)).low <= 0 <= found.high for pair in pairs])
    textbook = np.mean(
        [(found := with_interval(*pair, independent=True)).low <= 0 <= found.high for pair in pairs]
    )
    assert covered > 0.9
    assert (textbook < 0.6) == (rho > 0.5)


@given(st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=5, max_size=60))
@example(pairs=[(0, 0), (1, 1), (1, 1), (1, 1), (1, 1), (0, 0)])
def test_pearson_is_scipys_and_the_interval_holds_it(pairs):
    one, other = np.array(pairs, dtype=float).T
    found = with_interval(one, other)
    assert found.low <= found.value <= found.high
    if one.std() and other.std():
        assert pearson(one, other) == pytest.approx(stats.pearsonr(one, other).statistic, abs=1e-9)
    else:
        assert pearson(one, other) == 0


def test_the_textbooks_interval_is_scipys():
    one, other = np.random.default_rng(3).standard_normal((2, 50))
    found = with_interval(one, other, independent=True)
    theirs = stats.pearsonr(one, other).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_persistence_is_not_too_small_on_short_series():
    found = [persistence(series) for series in ar1(np.random.default_rng(8), 0.7, (800, 60))]
    assert np.mean(found) == pytest.approx(0.7, abs=0.03)


def test_too_few_pairs_say_nothing():
    found = with_interval([1, 2, 3, 4], [1, 2, 3, 4])
    assert (found.low, found.high, found.z) == (-1, 1, 0)


def test_short_and_sticky_is_both():
    sticky, loose = ar1(np.random.default_rng(8), 0.95, (2, 60)), ar1(np.random.default_rng(8), 0.0, (2, 60))
    assert short_and_sticky(*sticky)
    assert not short_and_sticky(*loose)
    assert not short_and_sticky(*ar1(np.random.default_rng(8), 0.95, (2, 300)))
