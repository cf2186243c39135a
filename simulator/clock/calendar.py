"""NYSE sessions computed from rules, so that no table of dates has to be carried along."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
EXTENDED_OPEN = time(4, 0)
REGULAR_OPEN = time(9, 30)

# Closures nobody could compute: two hurricane days and two days of mourning.
UNSCHEDULED = frozenset({date(2012, 10, 29), date(2012, 10, 30), date(2018, 12, 5), date(2025, 1, 9)})
MON, THU = 0, 3


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day; all times are aware and in New York."""

    date: date
    half_day: bool

    @property
    def extended_opens_at(self) -> datetime:
        """The first moment at which prints can happen."""
        return datetime.combine(self.date, EXTENDED_OPEN, NEW_YORK)

    @property
    def opens_at(self) -> datetime:
        """The opening bell."""
        return datetime.combine(self.date, REGULAR_OPEN, NEW_YORK)

    @property
    def closes_at(self) -> datetime:
        """The closing bell, at 13:00 on a half day."""
        return datetime.combine(self.date, time(13 if self.half_day else 16), NEW_YORK)

    @property
    def extended_closes_at(self) -> datetime:
        """The last moment of after-hours trading: four hours after the bell."""
        return self.closes_at + timedelta(hours=4)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday(year: int, month: int) -> date:
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=last.weekday())


def easter(year: int) -> date:
    """Gregorian Easter Sunday (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    return date(year, month, (h + weekday - 7 * m + 33 * month + 19) % 32)


def _observed(day: date) -> date:
    shift = {5: -1, 6: 1}.get(day.weekday(), 0)
    return day + timedelta(days=shift)


@cache
def holidays(year: int) -> frozenset[date]:
    """Full closures of the year, on the day they are observed."""
    new_year = date(year, 1, 1)
    days = {
        # A New Year's Day on Saturday is not made up for: the Friday is the year's last accounting day.
        new_year if new_year.weekday() == 5 else _observed(new_year),
        _nth(year, 1, MON, 3),
        _nth(year, 2, MON, 3),
        easter(year) - timedelta(days=2),
        _last_monday(year, 5),
        _observed(date(year, 7, 4)),
        _nth(year, 9, MON, 1),
        _nth(year, 11, THU, 4),
        _observed(date(year, 12, 25)),
    }
    if year >= 2022:
        days.add(_observed(date(year, 6, 19)))
    return frozenset(days) | UNSCHEDULED


@cache
def half_days(year: int) -> frozenset[date]:
    """Days that close at 13:00."""
    days = {_nth(year, 11, THU, 4) + timedelta(days=1)}
    days |= {day for day in (date(year, 7, 3), date(year, 12, 24)) if day.weekday() <= THU}
    return frozenset(days) - holidays(year)


@lru_cache(maxsize=4096)
def session(day: date) -> Session | None:
    """The session of the day, or None when the market is closed."""
    if day.weekday() >= 5 or day in holidays(day.year):
        return None
    return Session(day, half_day=day in half_days(day.year))


def sessions_back(day: date, count: int) -> list[Session]:
    """The last sessions up to and including the day, oldest first."""
    found: list[Session] = []
    while len(found) < count:
        this = session(day)
        if this is not None:
            found.append(this)
        day -= timedelta(days=1)
    return found[::-1]


def current_session(now: datetime, *, extended: bool = True) -> Session:
    """The session that an answer without a date is about: today's once it has begun, else the last one."""
    today = now.astimezone(NEW_YORK).date()
    last = sessions_back(today, 1)[0]
    begins = last.extended_opens_at if extended else last.opens_at
    return last if now >= begins else sessions_back(last.date - timedelta(days=1), 1)[0]
