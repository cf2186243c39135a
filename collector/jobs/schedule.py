"""When cron starts the next pass, in New York time, across clock changes."""

from __future__ import annotations

from datetime import datetime, timezone

from cronsim import CronSim, CronSimError

from collector.core.clock import NEW_YORK


def check(expression: str) -> None:
    """ValueError with the fix when cron could not read it."""
    try:
        CronSim(expression, datetime(2026, 1, 1, tzinfo=NEW_YORK))
    except CronSimError:
        raise ValueError(
            f"{expression!r} is not a cron expression: write one as in */5 9-16 * * 1-5"
        ) from None


def next_run(expression: str, now: datetime) -> datetime | None:
    """The first start after now; None when there is none."""
    return _utc(next(CronSim(expression, now.astimezone(NEW_YORK)), None))


def last_start(expression: str, now: datetime) -> datetime | None:
    """The last start before now."""
    return _utc(next(CronSim(expression, now.astimezone(NEW_YORK), reverse=True), None))


def _utc(found: datetime | None) -> datetime | None:
    return found.astimezone(timezone.utc) if found else None
