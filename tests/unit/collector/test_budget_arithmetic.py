"""What is kept for whom, when a day ends, and how long what fails is left alone."""

import json
from datetime import date, datetime, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.wire import breaker, spending
from collector.wire.breaker import Breaker
from collector.wire.day import Day, budget_day, day_ends_at
from collector.wire.spending import Call, Quota
from collector.wire.state import State, as_text, from_text
from collector.wire.told import Told

PRIORITIES = {"prints": 10, "rank": 20, "tide": 30}
PRINTS, RANK, TIDE = (Call(feed, number) for feed, number in PRIORITIES.items())
FILL = Call("prints", 10, filling=True)
QUOTA = Quota("2026-11-24", 1000, 100)


def spent(day, **counts):
    return {day: {feed: {"now": {"ok": count}} for feed, count in counts.items()}}


BEFORE = spent("2026-11-20", prints=300, rank=50, tide=40) | spent("2026-11-23", prints=200, rank=60)


@pytest.mark.parametrize(
    ("call", "kept"),
    [
        (PRINTS, 0),
        (RANK, 300 + 100),
        (TIDE, 300 + 60 + 100),
        (FILL, 300),
    ],
)
def test_each_leaves_what_the_more_valuable_still_need(call, kept):
    assert spending.keep(BEFORE, PRIORITIES, QUOTA, call) == kept


def test_what_was_spent_today_is_needed_no_more():
    today = BEFORE | spent(QUOTA.day, prints=280, rank=70)
    assert spending.keep(today, PRIORITIES, QUOTA, TIDE) == 20 + 0 + 100


def test_filling_beyond_its_reserve_leaves_what_every_feed_needs():
    today = BEFORE | {QUOTA.day: {"tide": {"filling": {"ok": 60, "5xx": 40}}}}
    assert spending.keep(today, PRIORITIES, QUOTA, FILL) == 300 + 60 + 40
    assert spending.keep(today, PRIORITIES, QUOTA, TIDE) == 300 + 60


def test_without_a_known_day_a_quarter_is_the_prints():
    assert spending.keep({}, PRIORITIES, QUOTA, FILL) == 250
    assert spending.keep(spent(QUOTA.day, prints=100), PRIORITIES, QUOTA, FILL) == 150
    assert spending.keep(spent("2026-11-23", tide=5), {"tide": 30}, QUOTA, FILL) == 0


@given(
    st.dictionaries(st.sampled_from(sorted(PRIORITIES)), st.integers(0, 2000)),
    st.dictionaries(st.sampled_from(sorted(PRIORITIES)), st.integers(0, 2000)),
    st.integers(0, 500),
)
def test_nobody_is_asked_to_leave_more_than_a_more_valuable_feed_is(before, today, reserve):
    known = spent("2026-11-23", **before) | spent("2026-11-24", **today)
    quota = Quota("2026-11-24", 1000, reserve)
    kept = [spending.keep(known, PRIORITIES, quota, call) for call in (PRINTS, RANK, TIDE)]
    assert kept == sorted(kept)
    assert kept[0] == 0


def test_days_older_than_a_week_and_days_of_a_wrong_clock_are_forgotten():
    known = {f"2026-11-{day:02}": {} for day in range(1, 24)} | {"2027-11-24": {}}
    spending.note(known, "2026-11-24", "prints", "now", "ok")
    assert sorted(known) == [f"2026-11-{day:02}" for day in range(17, 25)]


@pytest.mark.parametrize(
    ("now", "day", "ends"),
    [
        (
            datetime(2026, 11, 25, 0, 59, 59, tzinfo=timezone.utc),
            24,
            datetime(2026, 11, 25, 1, tzinfo=timezone.utc),
        ),
        (
            datetime(2026, 11, 25, 1, 0, 0, tzinfo=timezone.utc),
            25,
            datetime(2026, 11, 26, 1, tzinfo=timezone.utc),
        ),
        (
            datetime(2026, 7, 1, 23, 59, 59, tzinfo=timezone.utc),
            1,
            datetime(2026, 7, 2, 0, tzinfo=timezone.utc),
        ),
        (datetime(2026, 7, 2, 0, 0, 0, tzinfo=timezone.utc), 2, datetime(2026, 7, 3, 0, tzinfo=timezone.utc)),
    ],
)
def test_the_day_ends_at_20_00_new_york_in_winter_and_in_summer(now, day, ends):
    assert budget_day(now) == date(now.year, now.month, day)
    assert day_ends_at(budget_day(now)) == ends


def test_answers_that_overtake_each_other_do_not_give_requests_back():
    day = Day("2026-11-24", used=103)
    day.hear(Told(0.0, day_count=101, day_limit=500), refused=False)
    assert (day.used, day.limit, day.known) == (103, 500, True)
    day.hear(Told(0.0, day_count=150), refused=False)
    assert day.used == 150
    day.hear(Told(0.0, day_count=2), refused=False)
    assert day.used == 2


def test_a_breaker_opens_after_three_failures_and_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour():
    one = Breaker()
    one.fail(0)
    one.fail(1)
    assert one.closed_for_s(1) == 0
    one.fail(2)
    waits, at = [], 2.0
    for _ in range(7):
        waits.append(one.closed_for_s(at))
        at += waits[-1]
        one.fail(at)
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_what_was_under_way_when_a_breaker_opened_does_not_lengthen_it():
    one = Breaker(failures=3, opened_at=10.0, wait_s=30.0)
    one.fail(15.0)
    assert one.closed_for_s(15.0) == 25


def test_a_breaker_that_is_half_open_lets_one_through_and_one_more_when_that_one_died():
    breakers = {"host": Breaker(3, 0.0, 30.0)}
    assert breaker.first_open(breakers, "prints", 29.0) == ("host", 1.0)
    assert breaker.first_open(breakers, "prints", 30.0) is None
    assert breaker.take_trial(breakers, "prints", 30.0)
    assert breaker.first_open(breakers, "tide", 31.0) == ("host", 59.0)
    assert breaker.first_open(breakers, "tide", 90.0) is None


def test_a_failure_of_one_feed_shows_that_the_host_is_there():
    breakers = {}
    for _ in range(2):
        breaker.failed(breakers, "prints", 0.0, host=True)
    breaker.failed(breakers, "tide", 0.0, host=False)
    breaker.failed(breakers, "tide", 0.0, host=True)
    assert breaker.first_open(breakers, "prints", 0.0) is None


LEAF = st.sampled_from([None, True, -1, 0, 3, 10**400, 1e300, float("nan"), 2.5, "", "x", [], [1], {}])
NAMES = st.sampled_from(
    ["left", "limit", "ends_at", "used", "date", "wait_s", "sent_at", "until", "now", "0"]
)
DEEPER = st.dictionaries(NAMES, LEAF | st.dictionaries(NAMES, LEAF, max_size=2), max_size=3)
RAW = st.dictionaries(st.sampled_from(sorted(vars(State()))), LEAF | DEEPER, max_size=4)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # the machine may be busy
@given(RAW)
def test_any_json_is_a_state_or_refused_as_one_and_a_state_is_read_as_it_was_written(raw):
    try:
        state = from_text(json.dumps(raw), "b", 100.0)
    except ValueError:
        return
    assert from_text(as_text(state), "b", 100.0) == state


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_moment_that_is_no_number_is_refused(number):
    with pytest.raises(ValueError, match="is not like"):
        from_text(f'{{"boot":"b","minute":{{"ends_at":{number}}}}}', "b", 100.0)
