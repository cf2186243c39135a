"""No outcome that is learnt from overlaps one that is judged."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.backtest.splits import purged, walk_forward


def test_walking_forward_learns_only_from_the_past_and_stops_before_outcomes_that_lie_in_the_test():
    found = list(walk_forward(10, train=4, test=3, horizon=2))

    assert [(one.train, one.test) for one in found] == [((0, 1, 2), (4, 5, 6)), ((3, 4, 5), (7, 8, 9))]


def test_purged_and_embargoed_by_hand():
    # Outcomes reach two places further.
    found = list(purged([min(at + 2, 9) for at in range(10)], folds=2, embargo=1))

    assert [(one.train, one.test) for one in found] == [
        ((8, 9), (0, 1, 2, 3, 4)),
        ((0, 1, 2), (5, 6, 7, 8, 9)),
    ]


@given(st.integers(2, 60), st.integers(1, 8), st.integers(1, 8), st.integers(0, 5))
def test_each_place_is_judged_once_and_never_by_what_overlaps_it(many, horizon, folds, embargo):
    ends = [min(at + horizon - 1, many - 1) for at in range(many)]
    found = list(purged(ends, folds, embargo))

    assert sorted(at for one in found for at in one.test) == list(range(many))
    for one in found:
        judged = set(range(one.test[0], max(ends[at] for at in one.test) + embargo + 1))
        assert not any(judged & set(range(at, ends[at] + 1)) for at in one.train)


@given(st.integers(1, 80), st.integers(1, 20), st.integers(1, 10), st.integers(1, 5))
def test_walking_forward_never_overlaps_either(many, train, test, horizon):
    for one in walk_forward(many, train, test, horizon):
        assert all(at + horizon - 1 < one.test[0] for at in one.train)
        assert len(one.test) == test
        assert one.test[-1] < many
