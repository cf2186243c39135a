"""Which backups are kept: each of the last days, then the newest of each week, then of each month."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def spared(
    taken: Mapping[Path, datetime], now: datetime, *, days: int, weeks: int, months: int
) -> dict[Path, str]:
    """Each backup that stays and the first reason for it; the newest always does."""
    newest_first = sorted(taken, key=taken.__getitem__, reverse=True)
    stays = dict.fromkeys(newest_first[:1], "newest")
    for backup in newest_first:
        if taken[backup] >= now - timedelta(days=days):
            stays.setdefault(backup, "daily")
    for reason, period, count in (("weekly", week, weeks), ("monthly", month, months)):
        for backup in firsts(newest_first, taken, period)[:count]:
            stays.setdefault(backup, reason)
    return stays


def firsts(
    newest_first: list[Path], taken: Mapping[Path, datetime], period: Callable[[datetime], tuple[int, int]]
) -> list[Path]:
    """The newest of each period, the newest period first."""
    found: dict[tuple[int, int], Path] = {}
    for backup in newest_first:
        found.setdefault(period(taken[backup]), backup)
    return list(found.values())


def week(moment: datetime) -> tuple[int, int]:
    """Year and week as ISO counts them."""
    return moment.isocalendar()[:2]


def month(moment: datetime) -> tuple[int, int]:
    """Year and month."""
    return moment.year, moment.month
