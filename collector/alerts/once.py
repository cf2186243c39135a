"""Never twice: what a series of observations says, and what it keeps to itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# The last of them says that it is the last until it is over.
MOST = 3
# The wait for quiet doubles each time that it comes back soon; more than this often it is simply not well.
MOST_REOPENED = 6


@dataclass(frozen=True)
class Pace:
    """`cooldown` between two messages of an episode; `quiet` for so long and it is over."""

    cooldown: timedelta
    quiet: timedelta


@dataclass(frozen=True)
class Episode:
    """From the first observation until it has been quiet for long enough."""

    since: datetime
    active_at: datetime
    hits: int = 1
    said: int = 0
    said_at: datetime | None = None
    reopened: int = 0
    resolved_at: datetime | None = None


def observed(before: Episode | None, now: datetime, hits: int, pace: Pace) -> Episode | None:
    """The episode after an observation: with `hits` it is active, without it may be over."""
    if hits:
        return _active(before, now, hits, pace)
    if before is None or before.resolved_at is not None:
        return before
    wait: timedelta = pace.quiet * 2 ** min(before.reopened, MOST_REOPENED)
    return replace(before, resolved_at=now) if now - before.active_at >= wait else before


def _active(before: Episode | None, now: datetime, hits: int, pace: Pace) -> Episode:
    if before is None:
        return Episode(now, now, hits)
    if before.resolved_at is None:
        return replace(before, active_at=now, hits=before.hits + hits)
    if now - before.resolved_at >= pace.cooldown:
        return Episode(now, now, hits)
    # It came back soon: the same episode, which must be quiet for twice as long.
    return replace(
        before, active_at=now, hits=before.hits + hits, reopened=before.reopened + 1, resolved_at=None
    )


def word(before: Episode | None, after: Episode | None, now: datetime, pace: Pace) -> str:
    """The kind of message that this is worth: fired, again, last, resolved; empty for none."""
    if after is None or after is before:
        return ""
    if after.resolved_at is not None:
        # What said nothing, or nothing new since it was over last, need not say that it is over.
        return "resolved" if after.said and _said_since_reopened(after) else ""
    if not after.said:
        return "fired"
    wait: timedelta = pace.cooldown * 2 ** (after.said - 1)
    if after.said >= MOST or after.said_at is None or now - after.said_at < wait:
        return ""
    return "last" if after.said == MOST - 1 else "again"


def _said_since_reopened(after: Episode) -> bool:
    return not after.reopened or after.said > 1


def noted(after: Episode, kind: str, now: datetime) -> Episode:
    """The episode once that message is written."""
    if kind == "resolved":
        return after
    return replace(after, said=after.said + 1, said_at=now)
