"""Days are cut where archived months begin and end; none is lost, none is there twice."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analysis.load.runs import Run, runs

MONTHS = [date(2025 + at // 12, at % 12 + 1, 1) for at in range(20)]


def test_by_hand():
    gone = {date(2026, 1, 1), date(2026, 2, 1)}
    assert list(runs(date(2025, 12, 30), date(2026, 3, 2), gone)) == [
        Run(archived=False, first=date(2025, 12, 30), last=date(2025, 12, 31)),
        Run(archived=True, first=date(2026, 1, 1), last=date(2026, 2, 28)),
        Run(archived=False, first=date(2026, 3, 1), last=date(2026, 3, 2)),
    ]


@given(st.integers(0, 500), st.integers(0, 90), st.sets(st.sampled_from(MONTHS)))
def test_each_day_is_in_one_run_of_its_kind(start, length, gone):
    first = MONTHS[0] + timedelta(days=start)
    last = first + timedelta(days=length)

    found = list(runs(first, last, gone))

    days = [one.first + timedelta(days=at) for one in found for at in range((one.last - one.first).days + 1)]
    assert days == [first + timedelta(days=at) for at in range(length + 1)]
    for one in found:
        assert {day.replace(day=1) in gone for day in (one.first, one.last)} == {one.archived}
    assert all(one.archived != two.archived for one, two in pairwise(found))
