"""A rule that is chosen by its past, judged where it was not chosen: told by hand, cut at t, planted and not."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.backtest.chosen import FOLDS, TEST, TRAIN, Chosen, folded, forward
from analysis.backtest.costs import Costs

FREE = Costs(0, 0, 0)
DEAR = Costs(half_spread=100, fee=0, impact=0)


def rng():
    return np.random.default_rng(7)


def market(seed: int, many: int, rules: int = 4) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Rules that know nothing."""
    made = np.random.default_rng(seed)
    held = {f"rule {at}": made.choice([-1.0, 0.0, 1.0], many) for at in range(rules)}
    return held, made.standard_normal(many) * 0.01


def by_hand(held: dict[str, np.ndarray], moved: np.ndarray, gap: int) -> tuple[list[str | None], np.ndarray]:
    """Month by month with plain loops, without costs."""
    choices, net, begin = [], [], TRAIN
    while begin + TEST <= len(moved):
        past = range(begin - TRAIN, begin - gap)
        best, most = None, 0.0
        for name, position in held.items():
            earned = [position[at] * moved[at] for at in past]
            ratio = np.mean(earned) / np.std(earned) if np.std(earned) else 0.0
            if ratio > most:
                best, most = name, ratio
        choices.append(best)
        net += [held[best][at] * moved[at] if best else 0.0 for at in range(begin, begin + TEST)]
        begin += TEST
    return choices, np.array(net)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(TRAIN + 3 * TEST, 260), st.integers(1, 6))
def test_walking_forward_is_what_a_plain_loop_does(seed, many, horizon):
    held, moved = market(seed, many)
    choices, net = by_hand(held, moved, horizon)

    found = forward(held, moved, horizon, FREE, rng())

    assert list(found.choices) == choices
    assert found.net == pytest.approx(net)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 6), st.integers(1, 6))
def test_what_comes_later_changes_no_earlier_choice_and_none_by_what_was_not_known(seed, month, horizon):
    held, moved = market(seed, TRAIN + 8 * TEST)
    begin = TRAIN + month * TEST
    # The move up to the opening of `begin` is only known there; signals in between reach into what is judged.
    other = moved.copy()
    other[begin - horizon :] = np.random.default_rng(seed + 1).standard_normal(len(moved) - begin + horizon)

    one, two = (forward(held, now, horizon, FREE, rng()) for now in (moved, other))

    assert one.choices[: month + 1] == two.choices[: month + 1]


def test_a_fold_is_chosen_for_by_the_others_and_never_by_itself_or_its_neighbours():
    held, moved = market(1, 250)
    length = 250 // FOLDS
    for fold in range(FOLDS):
        other = moved.copy()
        # The neighbours: signals that reach over the border for five sessions, an embargo of three after it.
        begin, stop = max(0, fold * length - 5), min(250, (fold + 1) * length + 5 + 3)
        other[begin:stop] = np.random.default_rng(2).standard_normal(stop - begin)
        one, two = (folded(held, now, 5, FREE, rng()) for now in (moved, other))
        assert one.choices[fold] == two.choices[fold]


def test_each_session_is_judged_once_by_folds():
    held, moved = market(3, 200)
    found = folded(held, moved, 1, FREE, rng())
    assert len(found.net) == 200
    assert len(found.choices) == FOLDS


def test_changing_from_one_rule_to_another_costs_what_it_trades():
    up, down = np.ones(200), -np.ones(200)
    moved = np.where(np.arange(200) < 100, 0.01, -0.01) * np.resize([0.9, 1.1], 200)

    free, dear = (forward({"up": up, "down": down}, moved, 1, costs, rng()) for costs in (FREE, DEAR))

    assert free.choices[0] == "up"
    assert free.choices[-1] == "down"
    turns = sum(one != two for one, two in pairwise(free.choices))
    # Bought once and turned: one part of the equity, then two each time, at 100 basis points.
    assert dear.choices == free.choices
    assert (free.net - dear.net).sum() == pytest.approx(0.01 + turns * 0.02)


def test_when_all_of_them_lost_none_is_held():
    moved = np.resize([-0.01, -0.02], 200)
    found = forward({"up": np.ones(200)}, moved, 1, FREE, rng())
    assert set(found.choices) == {None}
    assert not found.net.any()
    assert not found.evidence
    assert found.words() == "126 sessions, none held: each time all rules had lost. No evidence."


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-2.0, -1.0, "A loss."),
        (-1.0, 2.0, "No evidence: the interval holds 0."),
        (-1.0, 0.0, "No evidence: the interval holds 0."),
        (0.5, 2.0, "chosen: up 2x, none 1x. Evidence."),
    ],
)
def test_the_words_fit_the_interval(low, high, said):
    found = Chosen(np.zeros(63), ("up", None, "up"), low, high)
    assert found.words().endswith(said)
    assert found.evidence == (said.endswith(" Evidence."))


@pytest.mark.parametrize(("many", "judged"), [(TRAIN + 3 * TEST - 1, None), (TRAIN + 3 * TEST, 3 * TEST)])
def test_too_few_sessions_are_not_judged(many, judged):
    held, moved = market(1, many)
    found = forward(held, moved, 1, FREE, rng())
    assert (found and len(found.net)) == judged
    assert folded(*market(1, 70), 1, FREE, rng()) is None


@pytest.mark.slow
def test_the_best_of_thirty_worthless_rules_earns_by_looking_back_and_nothing_by_walking_forward():
    back, ahead, evidence = [], [], []
    for seed in range(30):
        held, moved = market(seed, 252, rules=30)
        best = max(held.values(), key=lambda position: (position * moved).mean())
        back.append((best * moved).mean())
        found = forward(held, moved, 1, FREE, rng())
        ahead.append(found.net.mean())
        evidence.append(found.evidence)
    error = np.std(ahead) / len(ahead) ** 0.5
    assert np.mean(back) > 10 * error
    assert abs(np.mean(ahead)) < 3 * error
    assert np.mean(evidence) <= 0.025 + 3 * (0.025 * 0.975 / 30) ** 0.5


@pytest.mark.slow
def test_a_rule_that_works_is_chosen_and_found():
    found = []
    for seed in range(30):
        held, moved = market(seed, 252)
        found.append(forward({**held, "good": np.sign(moved + 0.006)}, moved, 1, FREE, rng()))
    assert np.mean([one.evidence for one in found]) == 1
    assert np.mean([name == "good" for one in found for name in one.choices]) > 0.95
