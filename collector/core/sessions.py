"""The exchanges' trading days, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from collector.core.clock import new_york_day, new_york_instant

# The tape ends at 20:00; late prints and cancels trickle in for most of an hour after it.
SETTLED = time(21)


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
        """From when a sweep shows the day as it stays."""
        return new_york_instant(self.date, SETTLED)

    def close(self, *, options: bool) -> datetime:
        """The end of trading: SPY and QQQ options trade a quarter of an hour longer."""
        return self.options_close_at if options else self.closes_at


@dataclass(frozen=True)
class Calendar:
    """Sessions, oldest first."""

    sessions: tuple[Session, ...]

    def begun(self, now: datetime, most: int) -> tuple[Session, ...]:
        """The latest sessions whose New York date has begun, oldest first."""
        return tuple(s for s in self.sessions if s.day[0] <= now)[-most:]

    def at(self, now: datetime) -> Session | None:
        """The session of now's New York date; None on a day without trading."""
        found = [s for s in self.sessions if s.day[0] <= now < s.day[1]]
        return found[0] if found else None

    def opened(self, now: datetime) -> Session | None:
        """The session that is open, or the last one that was."""
        found = [s for s in self.sessions if s.opens_at <= now]
        return found[-1] if found else None

    def reaches(self, now: datetime) -> bool:
        """Whether the calendar knows any day after now; a calendar that has ended says nothing is due."""
        return bool(self.sessions) and now < self.sessions[-1].day[1]
