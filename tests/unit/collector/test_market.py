"""Whether the exchanges are open is the calendar's word, on every kind of day."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.core.sessions import Calendar, Session
from collector.jobs.market import in_words, market


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def session(day, opens, closes, options):
    return Session(date.fromisoformat(day), *(utc(f"{day}T{at}") for at in (opens, closes, options)))


# Wednesday, Thanksgiving left out, the short Friday, Monday.
CALENDAR = Calendar(
    (
        session("2026-11-25", "14:30", "21:00", "21:15"),
        session("2026-11-27", "14:30", "18:00", "18:15"),
        session("2026-11-30", "14:30", "21:00", "21:15"),
    )
)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-25T14:29:59", "closed: opens Wed 2026-11-25 09:30 New York"),
        ("2026-11-25T14:30:00", "open: closes in 405 minutes (Wed 2026-11-25 16:15 New York)"),
        ("2026-11-25T21:14:01", "open: closes in 1 minutes (Wed 2026-11-25 16:15 New York)"),
        ("2026-11-25T21:15:00", "closed: opens Fri 2026-11-27 09:30 New York"),
        ("2026-11-26T17:00:00", "closed: opens Fri 2026-11-27 09:30 New York"),
        ("2026-11-27T18:14:00", "open: closes in 1 minutes (Fri 2026-11-27 13:15 New York)"),
        ("2026-11-28T17:00:00", "closed: opens Mon 2026-11-30 09:30 New York"),
        ("2026-12-01T17:00:00", "unknown: the calendar of this release has ended; release a newer one"),
    ],
)
def test_what_is_said(now, words):
    assert in_words(market(CALENDAR, utc(now))) == words


@given(st.integers(0, 6 * 24 * 3600 - 1))
def test_open_is_exactly_within_a_session(seconds):
    now = utc("2026-11-25T00:00") + timedelta(seconds=seconds)
    within = any(one.opens_at <= now < one.options_close_at for one in CALENDAR.sessions)
    found = market(CALENDAR, now)
    assert found.open == within
    if found.changes_at:
        assert timedelta(0) <= found.changes_at - now + timedelta(0)
        assert (
            timedelta(minutes=found.minutes - 1) < found.changes_at - now <= timedelta(minutes=found.minutes)
        )
