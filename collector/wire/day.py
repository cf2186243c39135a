"""The day's requests: pure arithmetic. The vendor's day ends at 20:00 New York."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from collector.core.clock import NEW_YORK, new_york_instant
from collector.wire.told import Told

ENDS = time(20)
# Our clock may be wrong about the day: a spent one is tried this often, with one request.
TRIAL_S = 900.0
# Answers overtake each other by no more than the few in flight; a larger step back is a new day there.
OVERTAKEN = 10


def budget_day(now: datetime) -> date:
    """The day that a request is charged to."""
    local = now.astimezone(NEW_YORK)
    return local.date() + timedelta(days=1 if local.time() >= ENDS else 0)


def day_ends_at(day: date) -> datetime:
    """When its requests come back, UTC."""
    return new_york_instant(day, ENDS)


@dataclass
class Day:
    """`refused` when the server said it is spent; `tried_at` is when a request was last let out."""

    date: str = ""
    limit: int = 15_000
    used: int = 0
    known: bool = False
    refused: bool = False
    tried_at: float = 0.0

    @property
    def left(self) -> int:
        """Never below 0."""
        return max(0, self.limit - self.used)

    def turn(self, today: str) -> None:
        """Another day, forward or, when a clock was set, back: nothing is used until the server says so."""
        if self.date != today:
            self.date, self.used, self.known, self.refused = today, 0, False, False

    def spent(self, at: float) -> bool:
        """True when nothing may be sent."""
        return (self.refused or not self.left) and at - self.tried_at < TRIAL_S

    def spend(self, at: float) -> None:
        """Takes one before it is sent."""
        self.used += 1
        self.tried_at = at

    def hear(self, told: Told, *, refused: bool) -> None:
        """Corrects the count by an answer."""
        self.limit = told.day_limit or self.limit
        if told.day_count is not None:
            self.known = True
            if told.day_count > self.used or told.day_count < self.used - OVERTAKEN:
                self.used = told.day_count
        self.refused = refused or (self.refused and told.day_count is None)
