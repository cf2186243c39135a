"""The one place that asks what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Clock:
    """The system's clock, moved by an offset for demos and drills."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """UTC, moved by the offset."""
        return datetime.now(timezone.utc) + self.offset  # noqa: TID251 - this is its one room


def new_york_date(instant: datetime) -> date:
    """The date that a trader would write on it."""
    return instant.astimezone(NEW_YORK).date()


def new_york_instant(day: date, at: time = time(0)) -> datetime:
    """A New York wall clock time in UTC."""
    return datetime.combine(day, at, NEW_YORK).astimezone(timezone.utc)


def new_york_day(day: date) -> tuple[datetime, datetime]:
    """The day as [start, end); 23 or 25 hours long when the clocks change."""
    return new_york_instant(day), new_york_instant(day + timedelta(days=1))


def whole_second(instant: datetime) -> datetime:
    """The second it lies in."""
    return instant.replace(microsecond=0)
