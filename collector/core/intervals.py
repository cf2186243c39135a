"""Arithmetic on half-open intervals of time: [start, end)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Sorted, without overlaps, without empty ones; touching intervals become one."""
    result: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def holes(window: Interval, covered: Iterable[Interval]) -> list[Interval]:
    """What of the window is not covered, oldest first."""
    start, end = window
    result: list[Interval] = []
    for left, right in merged(covered):
        if left > start:
            result.append((start, min(left, end)))
        start = max(start, right)
        if start >= end:
            break
    result.append((start, end))
    return merged(result)


def cut(intervals: Iterable[Interval], end: datetime) -> list[Interval]:
    """The part before `end`."""
    return merged((left, min(right, end)) for left, right in intervals)


def length(intervals: Iterable[Interval]) -> timedelta:
    """How much time they cover together."""
    return sum((end - start for start, end in merged(intervals)), timedelta(0))
