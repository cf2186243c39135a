"""The next pass, in New York time, also in the weeks when the clocks change."""

from datetime import datetime, timedelta

import pytest

from collector.core.clock import NEW_YORK
from collector.jobs.schedule import last_start, next_run

CRON = "*/5 9-16 * * 1-5"


def new_york(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("now", "expected", "utc_hour"),
    [
        ("2026-03-06T16:56", "2026-03-09T09:00", 13),
        ("2026-03-05T16:56", "2026-03-06T09:00", 14),
        ("2026-10-30T16:56", "2026-11-02T09:00", 14),
        ("2026-10-29T16:56", "2026-10-30T09:00", 13),
        ("2026-11-20T09:29", "2026-11-20T09:30", 14),
    ],
)
def test_passes_begin_at_nine_in_new_york_on_both_sides_of_both_clock_changes(now, expected, utc_hour):
    found = next_run(CRON, new_york(now))
    assert found == new_york(expected)
    assert found.hour == utc_hour


def test_of_several_expressions_the_nearest_counts():
    schedule = f"{CRON}; 5 21 * * 1-5; 50 6 * * 2-6"
    evening = new_york("2026-11-20T17:00")
    assert next_run(schedule, evening) == new_york("2026-11-20T21:05")
    assert last_start(schedule, evening) == new_york("2026-11-20T16:55")
    assert next_run(schedule, new_york("2026-11-20T21:05")) == new_york("2026-11-21T06:50")


def test_the_last_start_lies_before_now():
    now = new_york("2026-11-23T09:02")
    assert last_start(CRON, now) == new_york("2026-11-23T09:00")
    assert last_start(CRON, now - timedelta(minutes=3)) == new_york("2026-11-20T16:55")
