"""The sessions by rule against an independent calendar and against days that everybody remembers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import exchange_calendars
import pytest

from simulator.clock.calendar import NEW_YORK, current_session, session, sessions_back

FIRST, LAST = date(2012, 1, 1), date(2027, 6, 30)


@pytest.fixture(scope="module")
def judge() -> exchange_calendars.ExchangeCalendar:
    return exchange_calendars.get_calendar("XNYS", start=FIRST, end=LAST)


def days() -> Iterator[date]:
    return (FIRST + timedelta(days=k) for k in range((LAST - FIRST).days + 1))


def test_every_session_of_fifteen_years_is_the_exchanges_and_no_other(
    judge: exchange_calendars.ExchangeCalendar,
) -> None:
    theirs = {stamp.date() for stamp in judge.sessions}
    assert {day for day in days() if session(day)} == theirs


def test_every_early_close_of_fifteen_years_is_the_exchanges_and_no_other(
    judge: exchange_calendars.ExchangeCalendar,
) -> None:
    theirs = {stamp.date() for stamp in judge.early_closes}
    assert {day for day in days() if session(day) and session(day).half_day} == theirs


@pytest.mark.parametrize(
    "closed",
    [
        date(2026, 4, 3),  # Good Friday
        date(2026, 7, 3),  # the 4th is a Saturday
        date(2027, 6, 18),  # Juneteenth is a Saturday
        date(2025, 1, 9),  # a day of mourning
        date(2026, 11, 21),  # a Saturday
    ],
)
def test_nothing_trades_on_a_closed_day(closed: date) -> None:
    assert session(closed) is None


def test_a_half_day_ends_three_hours_early_and_so_do_its_after_hours() -> None:
    friday = session(date(2026, 11, 27))
    assert (friday.closes_at.hour, friday.extended_closes_at.hour) == (13, 17)


def test_before_four_in_the_morning_the_last_session_is_still_the_current_one() -> None:
    monday = datetime(2026, 11, 23, 3, 59, tzinfo=NEW_YORK)
    assert current_session(monday).date == date(2026, 11, 20)
    assert current_session(monday + timedelta(minutes=1)).date == date(2026, 11, 23)


def test_before_the_bell_the_options_feeds_still_answer_the_last_session() -> None:
    monday = datetime(2026, 11, 23, 9, 29, tzinfo=NEW_YORK)
    assert current_session(monday, extended=False).date == date(2026, 11, 20)
    assert current_session(monday + timedelta(minutes=1), extended=False).date == date(2026, 11, 23)


def test_sessions_are_counted_back_over_a_holiday() -> None:
    assert [day.date.day for day in sessions_back(date(2026, 11, 28), 3)] == [24, 25, 27]


@pytest.mark.parametrize(
    ("day", "opens", "ends"),
    [
        (date(2026, 3, 6), "2026-03-06T14:30:00+00:00", "2026-03-07T01:00:00+00:00"),
        (
            date(2026, 3, 9),
            "2026-03-09T13:30:00+00:00",
            "2026-03-10T00:00:00+00:00",
        ),  # after the clocks went on
        (date(2026, 10, 30), "2026-10-30T13:30:00+00:00", "2026-10-31T00:00:00+00:00"),
        (date(2026, 11, 2), "2026-11-02T14:30:00+00:00", "2026-11-03T01:00:00+00:00"),  # after they went back
        (date(2026, 11, 27), "2026-11-27T14:30:00+00:00", "2026-11-27T22:00:00+00:00"),  # a half day
    ],
)
def test_a_session_keeps_new_yorks_hours_through_both_clock_changes(day: date, opens: str, ends: str) -> None:
    there = session(day)
    assert there.opens_at == datetime.fromisoformat(opens)
    assert there.extended_closes_at == datetime.fromisoformat(ends)


@pytest.mark.parametrize("sunday", [date(2026, 3, 8), date(2026, 11, 1)])
def test_on_the_sunday_of_a_clock_change_friday_is_current_until_four_on_monday(sunday: date) -> None:
    monday = datetime(sunday.year, sunday.month, sunday.day, 3, 59, tzinfo=NEW_YORK) + timedelta(days=1)
    assert current_session(monday).date == sunday - timedelta(days=2)
    assert current_session(monday + timedelta(minutes=1)).date == sunday + timedelta(days=1)
