"""Sharpe ratios against the figures printed in the papers, and against scipy's moments."""

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from analysis.statistics.sharpe import (
    Sharpe,
    annualising,
    deflated,
    expected_maximum,
    lo_error,
    luck,
    minimum_backtest_years,
    minimum_track_record,
    of_returns,
    probabilistic,
)

DAYS = 250
BAILEY = Sharpe(2.5 / sqrt(DAYS), 1250, skew=-3, kurtosis=10)
VARIANCE = 0.5 / DAYS


def test_the_luck_of_a_hundred_trials_is_the_published_one():
    assert luck(100, VARIANCE) == pytest.approx(0.1132, abs=5e-5)


@pytest.mark.parametrize(
    ("found", "trials", "published"),
    [(BAILEY, 100, 0.9004), (BAILEY, 46, 0.9505), (Sharpe(BAILEY.ratio, 1250), 88, 0.9505)],
)
def test_the_deflated_ratio_is_the_published_one(found, trials, published):
    assert deflated(found, trials, VARIANCE) == pytest.approx(published, abs=5e-5)


def test_excess_kurtosis_would_give_another_number():
    wrong = Sharpe(BAILEY.ratio, 1250, skew=-3, kurtosis=7)
    assert deflated(wrong, 100, VARIANCE) == pytest.approx(0.9018, abs=5e-5)
    wrong = Sharpe(0.458, 24, skew=-2.448, kurtosis=7.164)
    assert probabilistic(wrong) == pytest.approx(0.9200, abs=5e-5)


@pytest.mark.parametrize(
    ("trials", "published"), [(10, 1.5746), (46, 2.2442), (88, 2.4853), (100, 2.5306), (1000, 3.2551)]
)
def test_the_expected_maximum_is_the_published_one(trials, published):
    assert expected_maximum(trials) == pytest.approx(published, abs=5e-5)


def test_one_trial_has_no_luck_to_take_off():
    assert deflated(BAILEY, 1, VARIANCE) == probabilistic(BAILEY)


@pytest.mark.parametrize(
    ("found", "published"),
    [(Sharpe(0.458, 24, skew=-2.448, kurtosis=10.164), 0.9134), (Sharpe(0.458, 24), 0.9817)],
)
def test_the_probabilistic_ratio_is_the_published_one(found, published):
    assert probabilistic(found) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize(("a_year", "years"), [(250, 2.73), (52, 2.83), (12, 3.24)])
def test_the_minimum_track_record_is_the_published_one(a_year, years):
    found = Sharpe(2 / sqrt(a_year), a_year)
    assert minimum_track_record(found, 1 / sqrt(a_year)) / a_year == pytest.approx(years, abs=5e-3)


def test_no_record_is_long_enough_for_a_ratio_below_the_benchmark():
    assert minimum_track_record(Sharpe(0.1, 100), 0.1) == float("inf")


def test_the_minimum_track_record_is_where_the_probabilistic_ratio_says_95_percent():
    periods = minimum_track_record(BAILEY)
    long_enough = Sharpe(BAILEY.ratio, round(periods), BAILEY.skew, BAILEY.kurtosis)
    assert probabilistic(long_enough) == pytest.approx(0.95, abs=5e-3)


@pytest.mark.parametrize(("trials", "years"), [(7, 1.92), (45, 5.00), (100, 6.40)])
def test_the_minimum_backtest_length_is_the_published_one(trials, years):
    assert minimum_backtest_years(trials) == pytest.approx(years, abs=5e-3)


@pytest.mark.parametrize(("ratio", "periods", "error"), [(1.5, 60, 0.188), (1.0, 24, 0.250)])
def test_los_error_is_the_published_one(ratio, periods, error):
    assert lo_error(ratio, periods) == pytest.approx(error, abs=5e-4)


@pytest.mark.parametrize(("rho", "factor"), [(0, 3.46), (0.2, 2.88), (0.5, 2.12), (-0.2, 4.17)])
def test_the_annualising_factor_is_the_published_one(rho, factor):
    assert annualising(12, rho) == pytest.approx(factor, abs=5e-3)


def test_moments_are_scipys_and_kurtosis_is_raw():
    returns = np.random.default_rng(1).gamma(2.0, size=300) - 1.5

    found = of_returns(returns)

    assert found.ratio == pytest.approx(returns.mean() / returns.std(ddof=1))
    assert found.skew == pytest.approx(stats.skew(returns))
    assert found.kurtosis == pytest.approx(stats.kurtosis(returns, fisher=False))


@pytest.mark.parametrize("returns", [[0.01, 0.02, -0.01], [0.01] * 50, []])
def test_returns_that_have_no_ratio_are_refused(returns):
    with pytest.raises(ValueError, match="no Sharpe ratio"):
        of_returns(returns)
