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
        return datetime.now(timezone.utc) + self.offset


def new_york_date(instant: datetime) -> date:
    return instant.astimezone(NEW_YORK).date()


def new_york_instant(day: date, at: time = time(0)) -> datetime:
    return datetime.combine(day, at, NEW_YORK).astimezone(timezone.utc)


def new_york_day(day: date) -> tuple[datetime, datetime]:
    """The day as [start, end); 23 or 25 hours long when the clocks change."""
    return new_york_instant(day), new_york_instant(day + timedelta(days=1))


def whole_second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
