"""`collector market`: whether the exchanges are open, for people and for deploys that must not disturb them."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from collector.core.clock import NEW_YORK, new_york_date
from collector.core.sessions import Calendar
from collector.jobs.command import JSON, Command, Say, as_json, clock_of, settings_of
from collector.store.knowledge import packaged_calendar

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Market:
    """Whether regular trading goes on, until when, and how many minutes that is; all None after the calendar's end."""

    open: bool
    changes_at: datetime | None
    minutes: int | None


def market(calendar: Calendar, now: datetime) -> Market:
    """The state at an instant: open from the opening bell to the last option's close.

    Args:
        calendar: every session from today on.
        now: UTC.
    """
    today = new_york_date(now)
    bells = [
        (edge, is_open)
        for session in calendar.sessions
        if session.date >= today
        for edge, is_open in ((session.opens_at, False), (session.options_close_at, True))
    ]
    changes_at, is_open = next(((edge, before) for edge, before in bells if now < edge), (None, False))
    # A minute that has begun counts: nobody is sent in a moment too early.
    minutes = -((now - changes_at) // MINUTE) if changes_at else None
    return Market(is_open, changes_at, minutes)


def in_words(found: Market) -> str:
    """One line, in New York time."""
    if found.changes_at is None:
        return "unknown: the calendar of this release has ended; release a newer one"
    at = f"{found.changes_at.astimezone(NEW_YORK):%a %Y-%m-%d %H:%M} New York"
    if found.open:
        return f"open: closes in {found.minutes} minutes ({at})"
    return f"closed: opens {at}"


def _market(arguments: Namespace, say: Say) -> int:
    found = market(packaged_calendar(), clock_of(settings_of(arguments)).now())
    say(as_json(asdict(found)) if arguments.json else in_words(found))
    return 0


COMMAND = Command("market", "say whether the exchanges are open, and for how long", _market, (JSON,))
