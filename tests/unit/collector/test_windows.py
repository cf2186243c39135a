"""What is due, from the calendar and from what was covered."""

from datetime import date, datetime, timedelta, timezone

import pytest

from collector.core.clock import NEW_YORK, new_york_day
from collector.core.coverage import Covered
from collector.core.intervals import holes, length, merged
from collector.core.sessions import Calendar, Session
from collector.jobs.windows import due, snapshot_due
from collector.sources import registered

OVERLAP = timedelta(seconds=300)


def new_york(clock: str, day: str = "2026-11-20") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=NEW_YORK).astimezone(timezone.utc)


def session(day: str = "2026-11-20") -> Session:
    return Session(
        date.fromisoformat(day), new_york("09:30", day), new_york("16:00", day), new_york("16:15", day)
    )


MIDNIGHT, NEXT = new_york("00:00"), new_york("00:00", "2026-11-21")


def test_the_first_pass_asks_from_midnight_to_the_last_whole_second():
    now = new_york("10:00:30.750")
    assert due(session(), Covered(), now, OVERLAP) == [(MIDNIGHT, new_york("10:00:30"))]


def test_the_second_of_now_is_never_asked_for():
    ((_, end),) = due(session(), Covered(), new_york("10:00:30.999"), OVERLAP)
    assert end == new_york("10:00:30")


def test_the_last_seconds_are_swept_again():
    known = Covered(((MIDNIGHT, new_york("10:00")),))
    assert due(session(), known, new_york("10:05"), OVERLAP) == [(new_york("09:55"), new_york("10:05"))]


def test_an_old_hole_is_asked_for_after_the_new_one():
    known = Covered(((MIDNIGHT, new_york("09:40")), (new_york("09:50"), new_york("10:00"))))
    assert due(session(), known, new_york("10:05"), OVERLAP) == [
        (new_york("09:55"), new_york("10:05")),
        (new_york("09:40"), new_york("09:50")),
    ]


def test_once_settled_the_whole_day_is_asked_for_once_more():
    now = new_york("21:00:01")
    known = Covered(((MIDNIGHT, now),))
    assert due(session(), known, now, OVERLAP) == [(MIDNIGHT, now)]


def test_after_the_settled_sweep_nothing_is_due_until_the_next_morning():
    swept = ((MIDNIGHT, new_york("21:05")),)
    for clock, day in (("21:10", "2026-11-20"), ("06:29", "2026-11-21")):
        assert due(session(), Covered(swept, swept), new_york(clock, day), OVERLAP) == []


def test_the_next_morning_the_whole_day_is_asked_for_a_last_time():
    morning, whole = new_york("06:50", "2026-11-21"), ((MIDNIGHT, NEXT),)
    assert due(session(), Covered(whole, whole), morning, OVERLAP) == [(MIDNIGHT, NEXT)]
    assert due(session(), Covered(whole, whole, whole), morning, OVERLAP) == []


def test_a_settled_sweep_that_was_killed_goes_on_where_it_ended():
    whole, half = ((MIDNIGHT, NEXT),), ((new_york("12:00"), NEXT),)
    rest = [(MIDNIGHT, new_york("12:00"))]
    assert due(session(), Covered(whole, half), new_york("22:00"), OVERLAP) == rest
    assert due(session(), Covered(whole, whole, half), new_york("09:00", "2026-11-23"), OVERLAP) == rest


def test_nothing_is_due_before_the_day_has_begun():
    assert due(session(), Covered(), new_york("23:59", "2026-11-19"), OVERLAP) == []


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-20", 24)])
def test_a_day_is_as_long_as_new_york_says(day, hours):
    start, end = new_york_day(date.fromisoformat(day))
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ("09:29", None, False),
        ("09:30", None, True),
        ("12:00", "11:55", True),
        ("16:14", "16:10", True),
        ("16:15", "16:10", True),
        ("16:20", "16:15", False),
        ("16:20", None, True),
    ],
)
def test_snapshots_are_taken_in_market_hours_and_once_after(now, last, expected):
    assert snapshot_is_due("flow_recent", now, last) is expected


def snapshot_is_due(feed, now, last, every=timedelta(0), day="2026-11-20"):
    source = next(one for one in registered() if one.name == feed)
    return snapshot_due(source, session(), new_york(last) if last else None, new_york(now, day), every)


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [("10:29", "10:00", True), ("10:20", "10:00", False), ("16:15", "16:14", True)],
)
def test_a_cadence_spaces_snapshots_but_not_the_last_one(now, last, expected):
    assert snapshot_is_due("flow_recent", now, last, timedelta(minutes=30)) is expected


def test_a_dated_feed_is_asked_again_in_the_evening_and_the_next_morning():
    assert not snapshot_is_due("market_tide", "20:59", "16:15")
    assert snapshot_is_due("market_tide", "21:05", "16:15")
    assert not snapshot_is_due("market_tide", "22:00", "21:05")
    assert snapshot_is_due("market_tide", "06:50", "21:05", day="2026-11-21")
    assert not snapshot_is_due("flow_recent", "06:50", "16:15", day="2026-11-21")


def test_the_calendar_knows_today_and_the_last_session():
    friday, monday = session(), session("2026-11-23")
    calendar = Calendar((friday, monday))
    assert calendar.at(new_york("12:00", "2026-11-21")) is None
    assert calendar.opened(new_york("12:00", "2026-11-21")) == friday
    assert calendar.opened(new_york("09:29", "2026-11-23")) == friday
    assert calendar.begun(new_york("00:01", "2026-11-23"), 1) == (monday,)
    assert not calendar.reaches(new_york("00:00", "2026-11-24"))


def test_holes_are_what_the_covered_parts_leave():
    window = (MIDNIGHT, new_york("10:00"))
    parts = [(new_york("02:00"), new_york("03:00")), (new_york("02:30"), new_york("04:00"))]
    assert holes(window, parts) == [(MIDNIGHT, new_york("02:00")), (new_york("04:00"), new_york("10:00"))]
    assert holes(window, [(new_york("23:00", "2026-11-19"), new_york("11:00"))]) == []
    assert merged([(MIDNIGHT, MIDNIGHT)]) == []
    assert length(parts) == timedelta(hours=2)
