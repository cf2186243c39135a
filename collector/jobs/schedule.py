"""When cron starts the next pass, in New York time, across clock changes."""

from __future__ import annotations

from datetime import datetime, timezone

from cronsim import CronSim, CronSimError

from collector.core.clock import NEW_YORK


def expressions(schedule: str) -> list[str]:
    """The cron expressions of a schedule, parted by ;."""
    return [one.strip() for one in schedule.split(";")]


def check(schedule: str) -> None:
    """ValueError with the fix when cron could not read it."""
    for one in expressions(schedule):
        try:
            CronSim(one, datetime(2026, 1, 1, tzinfo=NEW_YORK))
        except CronSimError:  # noqa: PERF203 - the wrong one must be named
            raise ValueError(f"{one!r} is not a cron expression: write one as in */5 9-16 * * 1-5") from None


def next_run(schedule: str, now: datetime) -> datetime | None:
    """The first start after now; None when there is none."""
    return min(_starts(schedule, now, back=False), default=None)


def last_start(schedule: str, now: datetime) -> datetime | None:
    """The last start before now."""
    return max(_starts(schedule, now, back=True), default=None)


def _starts(schedule: str, now: datetime, *, back: bool) -> list[datetime]:
    local = now.astimezone(NEW_YORK)
    found = (_utc(next(CronSim(one, local, reverse=back), None)) for one in expressions(schedule))
    return [at for at in found if at]


def _utc(found: datetime | None) -> datetime | None:
    return found.astimezone(timezone.utc) if found else None
