"""Leads that are there are found at their lag; where there is none the alarm is rare."""

import numpy as np
import pytest
from made_series import ar1
from scipy import stats

from analysis.statistics.correlation import normal_scores
from analysis.statistics.lead_lag import SINGLE_Z, lead_lag


def planted(lag: int, strength: float = 0.5, length: int = 250) -> tuple[np.ndarray, np.ndarray]:
    """`one` leads `other` by `lag`."""
    one, noise = ar1(np.random.default_rng(21), 0.3, (2, length + abs(lag)))
    moved = np.roll(one, lag) * strength + noise * (1 - strength**2) ** 0.5
    return one[abs(lag) :], moved[abs(lag) :]


@pytest.mark.parametrize("lag", [-7, -1, 1, 4])
def test_a_lead_is_found_at_its_lag_and_named(lag):
    one, other = planted(lag) if lag > 0 else planted(-lag)[::-1]

    found = lead_lag(one, other, 10)

    assert (found.best, found.evidence) == (lag, True)
    first = "flow" if lag > 0 else "price"
    assert f"{first} moves {abs(lag)} before" in found.verdict("flow", "price")


def test_what_moves_together_leads_nothing():
    found = lead_lag(*planted(0), 10)
    assert found.best == 0
    assert "neither is shown to lead" in found.verdict("flow", "price")


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_where_nothing_leads_the_alarm_is_rare_and_the_single_test_is_not(rho):
    rng = np.random.default_rng(23)
    pairs = list(zip(ar1(rng, rho, (400, 250)), ar1(rng, rho, (400, 250)), strict=True))
    found = [lead_lag(one, other, 10) for one, other in pairs]

    corrected = np.mean([one.evidence for one in found])
    single = np.mean([abs(one.found[one.best].z) > SINGLE_Z for one in found])

    assert corrected <= 0.08
    assert single > 0.4


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_great_values_that_happen_to_meet_are_no_evidence(rho):
    rng = np.random.default_rng(29)
    pairs = rng.choice([-1.0, 1.0], (2, 300, 390)) * rng.lognormal(0, 1.5, (2, 300, 390))
    for at in range(1, 390):
        pairs[:, :, at] += rho * pairs[:, :, at - 1]

    assert np.mean([lead_lag(one, other, 10).evidence for one, other in zip(*pairs, strict=True)]) <= 0.08


def test_normal_scores_are_scipys_ranks_as_normal_numbers():
    values = np.random.default_rng(3).integers(0, 40, 200)
    expected = stats.norm.ppf(stats.rankdata(values) / 201)

    assert normal_scores(values) == pytest.approx(expected)


def test_no_lead_is_called_no_evidence():
    one, other = ar1(np.random.default_rng(2), 0.0, (2, 250))
    said = lead_lag(one, other, 10).verdict("flow", "price")
    assert "No evidence of a lead" in said
    assert "66%" in said


def test_the_intervals_hold_for_all_lags_at_once():
    found = lead_lag(*ar1(np.random.default_rng(2), 0.0, (2, 250)), 10)
    assert found.needed == pytest.approx(3.03, abs=5e-3)
    assert all((abs(one.z) > found.needed) == (not one.low <= 0 <= one.high) for one in found.found.values())


@pytest.mark.parametrize(
    ("one", "other", "words"), [([1.0] * 9, [1.0] * 8, "length"), ([1.0] * 9, [1.0] * 9, "few")]
)
def test_series_that_cannot_be_compared_are_refused(one, other, words):
    with pytest.raises(ValueError, match=words):
        lead_lag(one, other, 10)
