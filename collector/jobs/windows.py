"""Which parts of a session are due now. Pure arithmetic over what was covered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from collector.core.clock import whole_second
from collector.core.coverage import Covered
from collector.core.intervals import Interval, cut, holes
from collector.core.sessions import Session
from collector.core.source import Source

# Passes begin a few seconds early or late: a cadence of an hour must not become 65 minutes.
SLACK = 0.1


def due(session: Session, known: Covered, now: datetime, overlap: timedelta) -> list[Interval]:
    """The holes to ask for, newest first.

    Until the day has settled: what was never seen, and the last seconds again, for prints that came late.
    After that everything once more, now that late prints and cancels are in; and a last time the next morning.
    """
    start, end = session.day
    # The second of now is still being filled.
    window = (start, min(whole_second(now), end))
    if window[0] >= window[1]:
        return []
    if now < session.settles_at:
        found = holes(window, _without_last(known.covered, overlap))
    elif now < session.confirms_at:
        # The quiet hours until midnight are asked for once, the next morning.
        found = [hole for hole in holes(window, known.settled) if hole[0] < session.settles_at]
    else:
        found = holes(window, known.confirmed)
    return found[::-1]


def _without_last(covered: Sequence[Interval], overlap: timedelta) -> list[Interval]:
    if not covered:
        return []
    return cut(covered, max(end for _, end in covered) - overlap)


def snapshot_due(
    source: Source, session: Session, last: datetime | None, now: datetime, every: timedelta
) -> bool:
    """In the feed's hours at each pass, but not more often than `every`; then once after each milestone.

    The milestones are the end of its hours and, where the endpoint takes a date, the evening and the next
    morning, for what the vendor restated.
    """
    begins, ends = session.hours(source.hours)
    if now < begins:
        return False
    if now < ends:
        return last is None or now - last >= every * (1 - SLACK)
    milestones = (ends, session.settles_at, session.confirms_at) if source.dated else (ends,)
    return any(last is None or last < at for at in milestones if at <= now)
