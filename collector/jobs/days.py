"""How far a feed and symbol have come in a session. Pure arithmetic over what was covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from collector.core.clock import whole_second
from collector.core.coverage import Covered
from collector.core.intervals import Interval, holes, length
from collector.core.sessions import Session
from collector.core.source import BySecond, Source


@dataclass(frozen=True)
class Day:
    """One feed and symbol in one session.

    `covered`, `settled` and `confirmed` are shares (0 to 1) of what is due of each; null for snapshot feeds.
    `stage` is how far all of it has come; `lacks` says what was due and has not been done.
    """

    session: date
    covered: float | None
    settled: float | None
    confirmed: float | None
    stage: str
    lacks: str
    holes: tuple[Interval, ...]
    collected_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether something that was due is not there."""
        return bool(self.holes or self.lacks)


def days(
    source: Source,
    sessions: Sequence[Session],
    known: Mapping[date, Covered],
    last_start: datetime | None,
    now: datetime,
) -> tuple[Day, ...]:
    """The newest first, from the first session that was begun; `last_start`: the last pass that should be through."""
    first = min(known, default=None)
    return tuple(
        day(source, session, known.get(session.date, Covered()), last_start, now)
        for session in reversed(sessions)
        if first is not None and session.date >= first
    )


def day(source: Source, session: Session, known: Covered, last_start: datetime | None, now: datetime) -> Day:
    """How much of what was due is there."""
    if not isinstance(source.page, BySecond):
        return _snapshot(source, session, known, last_start)
    start, end = session.day
    due = (start, max(start, min(_due_until(session, last_start, now), end)))
    lacking = tuple(holes(due, known.covered))
    shares = {
        "covered": share(due, known.covered),
        "settled": share((start, session.settles_at), known.settled),
        "confirmed": share((start, end), known.confirmed),
    }
    done = {name: part == 1 for name, part in shares.items()} | {"covered": not lacking}
    return Day(
        session.date,
        **shares,
        stage=_stage(done),
        lacks=_lacks(session, done, last_start),
        holes=lacking,
        collected_at=known.collected_at,
    )


def share(window: Interval, intervals: Sequence[Interval]) -> float:
    """How much of the window the intervals have; all of an empty one."""
    whole = length([window])
    return 1 - length(holes(window, intervals)) / whole if whole else 1.0


def _snapshot(source: Source, session: Session, known: Covered, last_start: datetime | None) -> Day:
    """Whether it was fetched after the end of its hours and, where it can be asked again, after each milestone."""
    at = known.collected_at
    done = {
        "complete": at is not None and at >= session.hours(source.hours)[1],
        "settled": bool(source.dated and at and at >= session.settles_at),
        "confirmed": bool(source.dated and at and at >= session.confirms_at),
    }
    lacks = _lacks(session, done, last_start) if source.dated else ""
    if last_start and not done["complete"] and last_start >= session.hours(source.hours)[1]:
        lacks = "not complete"
    return Day(session.date, None, None, None, _stage(done), lacks, (), at)


def _stage(done: Mapping[str, bool]) -> str:
    """The last that is done, in their order; nothing is while the first is not."""
    names = tuple(done)
    return [name for name in names if done[name]][-1] if done[names[0]] else "open"


def _lacks(session: Session, done: Mapping[str, bool], last_start: datetime | None) -> str:
    if last_start is None or done["confirmed"]:
        return ""
    if last_start >= session.confirms_at:
        return "not confirmed"
    return "not settled" if last_start >= session.settles_at and not done["settled"] else ""


def _due_until(session: Session, last_start: datetime | None, now: datetime) -> datetime:
    """Today is measured up to the last pass that should be through; the past up to its end."""
    if now >= session.day[1] or last_start is None:
        return whole_second(now)
    return max(session.day[0], last_start)
