"""Standard errors against statsmodels; sizes against what the literature counted."""

import numpy as np
import pytest
import statsmodels.api as sm
from made_series import ar1, within

from analysis.statistics import hac

SIGNALS, PERIODS = 1500, 500
# The published shares were counted too, as these are.
ROOM = 0.05


@pytest.fixture(scope="module")
def worthless():
    """Signals that remember, and returns that know nothing of them."""
    rng = np.random.default_rng(11)
    return ar1(rng, 0.9, (SIGNALS, PERIODS)), rng.standard_normal((SIGNALS, PERIODS))


def rejected(worthless, estimate) -> float:
    found = [estimate(signal, returns) for signal, returns in zip(*worthless, strict=True)]
    return float(np.mean([abs(one.z) > 1.959964 for one in found]))


def overlapped(estimate, horizon, *lags):
    return lambda signal, returns: estimate(
        signal[: PERIODS - horizon + 1], hac.rolling_sum(returns, horizon), *lags
    )


@pytest.mark.parametrize("lags", [0, 3, 11])
def test_the_slope_and_its_error_are_statsmodels(lags):
    rng = np.random.default_rng(4)
    x, y = ar1(rng, 0.5, (2, 200))

    found = hac.slope(x, y, lags)

    theirs = sm.OLS(y, sm.add_constant(x)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}
    )
    assert (found.value, found.error) == pytest.approx((theirs.params[1], theirs.bse[1]))


def test_the_mean_and_its_error_are_statsmodels():
    series = ar1(np.random.default_rng(4), 0.5, (1, 200))[0] + 1

    found = hac.mean(series)

    theirs = sm.OLS(series, np.ones(200)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": False}
    )
    assert (found.value, found.error) == pytest.approx((theirs.params[0], theirs.bse[0]))


def test_the_textbooks_slope_is_statsmodels():
    x, y = np.random.default_rng(4).standard_normal((2, 60))
    theirs = sm.OLS(y, sm.add_constant(x)).fit()
    found = hac.naive_slope(x, y)
    assert (found.value, found.error) == pytest.approx((theirs.params[1], theirs.bse[1]))


@pytest.mark.parametrize(("horizon", "published"), [(5, 0.34), (20, 0.57)])
def test_overlapping_returns_fool_the_textbook_as_often_as_published(worthless, horizon, published):
    assert rejected(worthless, overlapped(hac.naive_slope, horizon)) == pytest.approx(published, abs=ROOM)


@pytest.mark.parametrize("horizon", [5, 20])
def test_newey_west_is_still_fooled_as_often_as_published(worthless, horizon):
    share = rejected(worthless, overlapped(hac.slope, horizon, horizon))
    assert 0.08 < share < 0.17


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_reversed_regression_is_fooled_no_more_often_than_it_says(worthless, horizon):
    share = rejected(worthless, lambda signal, returns: hac.predictive_slope(signal, returns, horizon))
    assert within(share, 0.05, SIGNALS)


def test_the_reversed_regression_finds_what_is_there(worthless):
    signals, noise = worthless[0][:200], worthless[1][:200]
    share = rejected(
        (signals, noise + 0.2 * signals), lambda signal, returns: hac.predictive_slope(signal, returns, 5)
    )
    assert share > 0.8


def test_a_signal_that_never_moves_says_nothing():
    with pytest.raises(np.linalg.LinAlgError):
        hac.slope(np.ones(10), np.arange(10.0))
