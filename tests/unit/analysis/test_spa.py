"""The best of many strategies: p-values against arch, size without an effect, power with one."""

import numpy as np
import pytest
from arch.bootstrap import SPA

from analysis.statistics.spa import best_of_many

DAYS, RULES = 250, 10


def panel(seed: int, edge: float = 0.0) -> np.ndarray:
    """Ten strategies of volatility 1; the third has the edge."""
    rows = np.random.default_rng(seed).standard_normal((DAYS, RULES))
    rows[:, 2] += edge
    return rows


@pytest.mark.parametrize("edge", [0.0, 0.1, 0.25])
def test_the_p_value_is_that_of_arch_on_columns_of_one_scale(edge):
    """arch takes no column's own error out of the statistic, as Hansen does; so it gets them taken out."""
    rows = panel(3, edge) * np.linspace(0.5, 2, RULES)
    first = SPA(np.zeros(DAYS), -rows, block_size=5, reps=1, seed=2)
    first.compute()
    scaled = rows / np.sqrt(first._loss_diff_var)
    theirs = SPA(np.zeros(DAYS), -scaled, block_size=5, reps=4000, seed=2)
    theirs.compute()

    found = best_of_many(rows, np.random.default_rng(1), block=5, resamples=4000)

    assert found.spa == pytest.approx(theirs.pvalues["consistent"], abs=0.035)
    assert found.best == int(np.argmax(scaled.mean(axis=0)))


def test_whites_check_is_archs_upper_test_without_scaling():
    rows = panel(3, 0.15)

    found = best_of_many(rows, np.random.default_rng(1), block=5, resamples=4000)

    theirs = SPA(np.zeros(DAYS), -rows, block_size=5, reps=4000, seed=2, studentize=False)
    theirs.compute()
    assert found.reality_check == pytest.approx(theirs.pvalues["upper"], abs=0.035)


@pytest.mark.slow
def test_without_an_edge_the_best_is_called_luck_as_often_as_promised():
    found = [
        best_of_many(panel(seed), np.random.default_rng(seed), block=1, resamples=199) for seed in range(300)
    ]
    assert np.mean([one.spa <= 0.05 for one in found]) <= 0.095
    assert np.mean([one.reality_check <= 0.05 for one in found]) <= 0.095


@pytest.mark.slow
def test_an_edge_is_found_and_by_its_own_column():
    found = [
        best_of_many(panel(seed, 0.25), np.random.default_rng(seed), block=1, resamples=199)
        for seed in range(100)
    ]
    assert np.mean([one.spa <= 0.05 and one.best == 2 for one in found]) > 0.75


def test_terrible_strategies_do_not_hide_a_good_one_from_hansen():
    rows = panel(3, 0.25)
    terrible = np.random.default_rng(4).standard_normal((DAYS, 40)) * 5 - 3
    found = best_of_many(np.hstack([rows, terrible]), np.random.default_rng(1), block=1)
    assert found.spa < 0.05 < found.reality_check


def test_nothing_at_all_is_no_find():
    found = best_of_many(np.zeros((50, 3)), np.random.default_rng(1))
    assert (found.spa, found.reality_check) == (1.0, 1.0)


def test_hopeless_strategies_are_left_out_of_what_luck_may_do():
    good = panel(3, 0.15)
    hopeless = np.random.default_rng(5).standard_normal((DAYS, 200)) - 0.6
    alone, among = (
        best_of_many(rows, np.random.default_rng(1), block=1) for rows in (good, np.hstack([good, hopeless]))
    )
    assert among.spa == pytest.approx(alone.spa, abs=0.03)


def test_each_strategy_is_judged_as_one_of_all_of_them():
    rows = panel(3, 0.25)
    found = best_of_many(rows, np.random.default_rng(1), block=1)
    scaled = rows.mean(axis=0) / rows.std(axis=0)

    assert found.each[found.best] == found.spa < 0.05
    assert list(np.argsort(-scaled)[:3]) == list(np.argsort(found.each, kind="stable")[:3])
    assert all(p == 1 for p, one in zip(found.each, scaled, strict=True) if one <= 0)


@pytest.mark.slow
def test_no_worthless_strategy_at_all_is_called_good_more_often_than_promised():
    """One with an edge is among them: the others must not be found in its wake."""
    found = [
        best_of_many(panel(seed, 0.25), np.random.default_rng(seed), block=1, resamples=199)
        for seed in range(200)
    ]
    wrong = [min(p for at, p in enumerate(one.each) if at != 2) <= 0.05 for one in found]
    assert np.mean(wrong) <= 0.05 + 3 * (0.05 * 0.95 / 200) ** 0.5
