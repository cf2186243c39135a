"""Which parts of a session are due now. Pure arithmetic over what was covered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from collector.core.clock import whole_second
from collector.core.coverage import Covered
from collector.core.intervals import Interval, cut, holes
from collector.core.sessions import Session


def due(session: Session, known: Covered, now: datetime, overlap: timedelta) -> list[Interval]:
    """The holes to ask for, newest first.

    Until the day has settled: what was never seen, and the last seconds again, for prints that came late.
    After that: everything once more, now that late prints and cancels are in.
    """
    start, end = session.day
    # The second of now is still being filled.
    window = (start, min(whole_second(now), end))
    if window[0] >= window[1]:
        return []
    if now < session.settles_at:
        found = holes(window, _without_last(known.covered, overlap))
    else:
        found = holes(window, known.settled)
        if now < end:
            # The quiet hours until midnight are asked for once, after they are over.
            found = [hole for hole in found if hole[0] < session.settles_at]
    return found[::-1]


def _without_last(covered: Sequence[Interval], overlap: timedelta) -> list[Interval]:
    if not covered:
        return []
    return cut(covered, max(end for _, end in covered) - overlap)


def snapshot_due(opens_at: datetime, closes_at: datetime, last: datetime | None, now: datetime) -> bool:
    """In market hours at each pass; after the close once, if the last one was before it."""
    if now < opens_at:
        return False
    return now < closes_at or last is None or last < closes_at
