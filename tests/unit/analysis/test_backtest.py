"""Backtests told by hand; planted effects are found at the stated power, no effect is not."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from made_panels import OPEN, VOLATILITY, panel
from scipy import stats

from analysis.backtest.costs import Costs, option_fill
from analysis.backtest.engine import Plan, run
from analysis.backtest.verdict import judge
from analysis.statistics.trials import Trial

FREE = Costs(0, 0, 0)


def last_x(known: pd.DataFrame) -> float | None:
    return known["x"].iloc[-1] if "x" in known and len(known) else None


def market(*prices: float) -> pd.DataFrame:
    return pd.DataFrame({"at": [OPEN + timedelta(days=day) for day in range(len(prices))], "price": prices})


def fact(day: int, value: float, hours: float = 7) -> dict[str, object]:
    at = OPEN + timedelta(days=day)
    return {"fact": "x", "session_date": at.date(), "value": value, "known_at": at + timedelta(hours=hours)}


def before_openings(many: int, minutes: int = 5) -> list:
    return [OPEN + timedelta(days=day, minutes=-minutes) for day in range(many)]


def test_a_decision_trades_at_the_next_price_with_what_was_known():
    facts = pd.DataFrame([fact(0, 1.0), fact(1, -1.0)])

    found = run(market(100, 110, 99, 99), facts, last_x, before_openings(4), Plan(lookback=5, costs=FREE))

    assert list(found.path["position"]) == [0, 1, -1]
    assert list(found.path["net"]) == pytest.approx([0, -0.1, 0])


def test_a_fact_that_was_collected_late_is_not_known_before():
    facts = pd.DataFrame([fact(0, 1.0, hours=24 * 2 - 0.01)])

    found = run(market(100, 110, 121, 121), facts, last_x, before_openings(4), Plan(lookback=5, costs=FREE))

    assert list(found.path["position"]) == [0, 0, 0]


def test_a_fact_that_was_restated_is_known_as_it_was_said_then():
    facts = pd.DataFrame([fact(0, 1.0), fact(0, -1.0, hours=24 + 1)])

    found = run(market(100, 110, 121, 121), facts, last_x, before_openings(4), Plan(lookback=5, costs=FREE))

    assert list(found.path["position"]) == [0, 1, -1]


def test_a_decision_at_the_instant_of_a_price_is_too_late_for_it():
    facts = pd.DataFrame([fact(0, 1.0)])
    found = run(market(100, 110, 121), facts, last_x, before_openings(3, 0), Plan(lookback=5, costs=FREE))
    assert list(found.path["position"]) == [0, 0]


def test_costs_are_paid_on_what_is_traded_and_a_position_stays_within_its_limit():
    facts = pd.DataFrame([fact(day, value) for day, value in enumerate((1.0, 9.0, -9.0))])
    costs = Costs(half_spread=2, fee=1, impact=4)

    found = run(market(*[100] * 5), facts, last_x, before_openings(5), Plan(5, limit=0.25, costs=costs))

    assert list(found.path["position"]) == [0, 0.25, 0.25, -0.25]
    # 0.25 x (2 + 1 + 4 x 0.5) and 0.5 x (3 + 4 x 0.7071) basis points.
    assert list(found.path["cost"] * 1e4) == pytest.approx([0, 1.25, 0, 2.914214], abs=1e-6)
    assert found.trades == 2


def test_a_horizon_of_some_sessions_holds_each_signal_so_long_beside_the_others():
    facts = pd.DataFrame([fact(0, 1.0), fact(1, 0.0), fact(2, 0.0)])
    found = run(market(*[100] * 5), facts, last_x, before_openings(5), Plan(5, horizon=2, costs=FREE))
    assert list(found.path["position"]) == [0, 0.5, 0.5, 0]


def test_prices_in_disorder_are_refused():
    with pytest.raises(ValueError, match="order of time"):
        run(market(1, 2)[::-1], pd.DataFrame([fact(0, 1.0)]), last_x, [], Plan(5))


def test_options_are_filled_by_the_side_that_must_be_taken():
    assert option_fill(5, Decimal(1), Decimal(2)) == 2
    assert option_fill(-5, Decimal(1), Decimal(2)) == 1
    with pytest.raises(ValueError, match="no fill"):
        option_fill(1, Decimal(2), Decimal(1))


def alone(ratio: float = 0.0) -> tuple[Trial, ...]:
    return (Trial("x", 1, "", "", ratio),)


def evidence(effect: float, repetitions: int, sessions: int) -> float:
    """How often the verdict says that there is something."""
    found = []
    for seed in range(repetitions):
        made = panel(np.random.default_rng(seed), sessions, effect)
        path = run(made.prices, made.facts, last_x, made.decisions, Plan(lookback=3, costs=FREE)).path
        said = judge(path["net"], alone(), np.random.default_rng(seed))
        found.append(said.evidence)
    return float(np.mean(found))


@pytest.mark.slow
def test_an_effect_of_the_size_of_the_literature_is_found_as_often_as_its_power_says():
    """20 basis points either way a day: the 40 between the extremes of Pan and Poteshman."""
    sessions, effect = 300, 0.0020
    power = 1 - stats.norm.cdf(1.96 - effect / VOLATILITY * sessions**0.5)

    found = evidence(effect, 25, sessions)

    assert power == pytest.approx(0.82, abs=0.01)
    assert found == pytest.approx(power, abs=3.5 * (power * (1 - power) / 25) ** 0.5)


@pytest.mark.slow
def test_no_effect_is_called_no_evidence():
    assert evidence(0.0, 25, 300) <= 0.16


def test_the_best_of_many_worthless_rules_is_no_evidence_once_the_trials_are_counted():
    rng = np.random.default_rng(3)
    returns = rng.standard_normal((500, 100)) * 0.01
    ratios = returns.mean(axis=0) / returns.std(axis=0, ddof=1)
    best = returns[:, int(np.argmax(ratios))]
    tried = tuple(Trial(f"rule {at}", 1, "", "", float(ratio)) for at, ratio in enumerate(ratios))

    alone_said, said = (judge(best, trials, np.random.default_rng(1)) for trials in (alone(), tried))

    assert alone_said.evidence
    assert not said.evidence
    assert "No evidence: the best of 100 trials would be as good by luck." in said.words()


def test_a_loss_is_no_evidence_and_needs_no_number_of_sessions():
    said = judge(np.random.default_rng(1).standard_normal(200) - 0.3, alone(), np.random.default_rng(1))
    assert "No evidence" in said.words()
    assert "it earned nothing" in said.words()
    assert "inf" not in said.words()


@pytest.mark.parametrize("returns", [[], [0.0] * 100])
def test_what_never_traded_is_not_judged(returns):
    assert judge(returns, alone(), np.random.default_rng(1)) is None


@pytest.mark.parametrize(("p", "evidence"), [(0.04, True), (0.06, False)])
def test_a_rule_that_the_best_of_several_matches_by_luck_is_no_evidence(p, evidence):
    returns = np.random.default_rng(3).standard_normal(500) * 0.01 + 0.002

    said = judge(returns, alone(), np.random.default_rng(1), among=(4, p))

    assert said.evidence is evidence
    assert f"p {p:.3f} as one of 4 rules" in said.words()
    assert ("the best of 4 rules would look as good by luck" in said.words()) is not evidence
