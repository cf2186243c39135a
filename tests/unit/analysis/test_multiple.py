"""Corrections for many tests, against the published count of findings and against statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analysis.statistics import multiple

HARVEY = [1.99, 2.63, 2.21, 3.43, 2.17, 2.64, 4.56, 5.34, 2.75, 2.49]
CORRECTIONS = [
    (multiple.bonferroni, "bonferroni"),
    (multiple.holm, "holm"),
    (multiple.benjamini_hochberg, "fdr_bh"),
    (multiple.benjamini_yekutieli, "fdr_by"),
]


@pytest.mark.parametrize(
    ("correct", "findings"),
    [
        (np.asarray, 10),
        (multiple.bonferroni, 3),
        (multiple.benjamini_hochberg, 10),
        (multiple.benjamini_yekutieli, 6),
    ],
)
def test_the_number_of_findings_is_the_published_one(correct, findings):
    assert int((correct(multiple.p_values(HARVEY)) <= 0.05).sum()) == findings


@pytest.mark.slow
@pytest.mark.parametrize(("correct", "theirs"), CORRECTIONS)
@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_are_statsmodels(correct, theirs, p):
    assert correct(p) == pytest.approx(multipletests(p, method=theirs)[1], abs=1e-12)


@pytest.mark.parametrize(
    ("lags", "alarm", "needed"), [(5, 0.23, 2.57), (11, 0.43, 2.83), (21, 0.66, 3.03), (41, 0.88, 3.23)]
)
def test_the_best_of_many_lags_needs_a_larger_z(lags, alarm, needed):
    assert multiple.false_alarm(lags) == pytest.approx(alarm, abs=5e-3)
    assert multiple.sidak_z(lags) == pytest.approx(needed, abs=5e-3)
    assert multiple.false_alarm(lags, multiple.sidak(lags)) == pytest.approx(0.05)
