"""The exchanges' trading days, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from collector.core.clock import new_york_date, new_york_day, new_york_instant
from collector.core.source import Hours

# The tape ends at 20:00; late prints and cancels trickle in for most of an hour after it.
SETTLED = time(21)
# The next calendar day, before anybody trades on it and after the vendor's night.
CONFIRMED = time(6, 30)
EXTENDED_OPEN, EXTENDED_CLOSE = time(4), time(20)
# Open interest of the morning is refreshed about then (API.md 5).
MORNING = time(6, 45)


@dataclass(frozen=True)
class Session:
    """One trading day; all times are UTC."""

    date: date
    opens_at: datetime
    closes_at: datetime
    options_close_at: datetime

    @property
    def day(self) -> tuple[datetime, datetime]:
        """The New York date as [start, end)."""
        return new_york_day(self.date)

    @property
    def settles_at(self) -> datetime:
        """From when a sweep shows the day with its late prints."""
        return new_york_instant(self.date, SETTLED)

    @property
    def confirms_at(self) -> datetime:
        """From when a sweep shows the day as it stays."""
        return new_york_instant(self.date + timedelta(days=1), CONFIRMED)

    def hours(self, hours: Hours) -> tuple[datetime, datetime]:
        """Begin and end of what a feed shows; equal where it is refreshed once."""
        if hours is Hours.EXTENDED:
            return new_york_instant(self.date, EXTENDED_OPEN), new_york_instant(self.date, EXTENDED_CLOSE)
        if hours is Hours.MORNING:
            at = new_york_instant(self.date, MORNING)
            return at, at
        # SPY and QQQ options trade a quarter of an hour longer.
        return self.opens_at, self.options_close_at if hours is Hours.OPTIONS else self.closes_at


@dataclass(frozen=True)
class Calendar:
    """Sessions, oldest first."""

    sessions: tuple[Session, ...]

    def begun(self, now: datetime, most: int) -> tuple[Session, ...]:
        """The latest sessions whose New York date has begun, oldest first."""
        today = new_york_date(now)
        return tuple(s for s in self.sessions if s.date <= today)[-most:]

    def between(self, first: date, last: date) -> tuple[Session, ...]:
        """The sessions of these dates, both included, oldest first."""
        return tuple(s for s in self.sessions if first <= s.date <= last)

    def at(self, now: datetime) -> Session | None:
        """The session of now's New York date; None on a day without trading."""
        today = new_york_date(now)
        found = [s for s in self.sessions if s.date == today]
        return found[0] if found else None

    def opened(self, now: datetime, hours: Hours = Hours.REGULAR) -> Session | None:
        """The session whose hours have begun last."""
        today = new_york_date(now)
        return next(
            (s for s in reversed(self.sessions) if s.date <= today and s.hours(hours)[0] <= now), None
        )

    def reaches(self, now: datetime) -> bool:
        """Whether the calendar knows any day after now; a calendar that has ended says nothing is due."""
        return bool(self.sessions) and new_york_date(now) <= self.sessions[-1].date
