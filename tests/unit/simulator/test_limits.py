"""Budgets of minute, concurrency and day."""

from datetime import datetime, timedelta

import pytest

from simulator.clock.calendar import NEW_YORK
from simulator.limits import Budget, Limits, Refusal, day_ends

EVENING = datetime(2026, 11, 20, 19, 59, 59, tzinfo=NEW_YORK)


def ask(limits: Limits, steady_s: float = 0.0, now: datetime = EVENING) -> Refusal | None:
    refusal = limits.enter(steady_s, now)
    limits.leave()
    return refusal


def test_the_minute_begins_with_its_first_request_and_ends_sixty_seconds_later() -> None:
    limits = Limits(Budget(requests_per_minute=2))
    assert [ask(limits, at) for at in (100.0, 159.9, 159.95)] == [None, None, Refusal.MINUTE]
    assert ask(limits, 160.0) is None


def test_refused_requests_count_too() -> None:
    limits = Limits(Budget(requests_per_minute=1))
    for _ in range(4):
        ask(limits)
    assert limits.headers(0.0)["x-uw-minute-req-counter"] == "4"
    assert limits.headers(0.0)["x-uw-req-per-minute-remaining"] == "0"


def test_the_reset_header_counts_milliseconds_down() -> None:
    limits = Limits(Budget())
    ask(limits, 10.0)
    assert limits.headers(22.5)["x-uw-req-per-minute-reset"] == "47500"


def test_headers_are_text() -> None:
    limits = Limits(Budget())
    ask(limits)
    assert {type(value) for value in limits.headers(1.0).values()} == {str}


def test_a_fourth_request_in_flight_is_refused_until_one_has_left() -> None:
    limits = Limits(Budget())
    assert [limits.enter(0.0, EVENING) for _ in range(4)] == [None, None, None, Refusal.CONCURRENCY]
    limits.leave()
    limits.leave()
    assert limits.enter(0.0, EVENING) is None


def test_the_day_of_the_budget_ends_at_eight_in_the_evening_new_york() -> None:
    limits = Limits(Budget(daily_limit=1))
    assert [ask(limits), ask(limits)] == [None, Refusal.DAILY]
    assert ask(limits, 0.0, EVENING + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-07-01T23:59:59+00:00", "2026-07-02T00:00:00+00:00"),  # summer
        ("2026-07-02T00:00:00+00:00", "2026-07-03T00:00:00+00:00"),
        ("2026-11-20T00:30:00+00:00", "2026-11-20T01:00:00+00:00"),  # winter: an hour later
        ("2026-10-31T23:00:00+00:00", "2026-11-01T00:00:00+00:00"),  # the evening before the clocks change
        ("2026-11-01T00:00:00+00:00", "2026-11-02T01:00:00+00:00"),  # a day of twenty-five hours
        ("2026-03-08T01:00:00+00:00", "2026-03-09T00:00:00+00:00"),  # a day of twenty-three hours
    ],
)
def test_the_days_end_moves_with_new_yorks_clock(now: str, ends: str) -> None:
    assert day_ends(datetime.fromisoformat(now)) == datetime.fromisoformat(ends)


def test_a_spent_day_waits_until_its_end_and_a_spent_minute_until_its_own() -> None:
    limits = Limits(Budget())
    ask(limits, 100.0)
    assert limits.wait_s(Refusal.DAILY, 100.0, EVENING - timedelta(hours=1)) == 3601
    assert limits.wait_s(Refusal.MINUTE, 130.5, EVENING) == 30
    assert limits.wait_s(Refusal.CONCURRENCY, 130.5, EVENING) == 1


def test_midnight_does_not_start_a_new_day_of_the_budget() -> None:
    limits = Limits(Budget(daily_limit=1))
    ask(limits, 0.0, EVENING + timedelta(seconds=1))
    assert ask(limits, 0.0, EVENING + timedelta(hours=5)) is Refusal.DAILY
