"""What the day's requests went to, and what must be left for more valuable feeds: pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NOW, FILLING = "now", "filling"
MOST_VALUABLE = 10
# Today and the week before it.
DAYS = 8
# Kept for the most valuable feeds until a day of theirs is known.
FIRST_DAY_PERCENT = 25
Spent = dict[str, dict[str, dict[str, dict[str, int]]]]


@dataclass(frozen=True)
class Call:
    """Who asks: a feed, its priority (10 is the most valuable), and whether it fills holes of other days."""

    feed: str
    priority: int
    filling: bool = False

    @property
    def purpose(self) -> str:
        """The ledger's word."""
        return FILLING if self.filling else NOW

    @property
    def rank(self) -> int:
        """The smallest waits least; all filling comes after all of today."""
        return self.priority + (1000 if self.filling else 0)


@dataclass(frozen=True)
class Quota:
    """A day's requests, and how many of them are reserved for filling."""

    day: str
    limit: int
    reserve: int


def note(spent: Spent, day: str, feed: str, purpose: str, outcome: str) -> None:
    """One request more; forgets what is older than a week, or of a day that a wrong clock made up."""
    outcomes = spent.setdefault(day, {}).setdefault(feed, {}).setdefault(purpose, {})
    outcomes[outcome] = outcomes.get(outcome, 0) + 1
    kept = sorted(one for one in spent if one <= day)[-DAYS:]
    for one in set(spent) - set(kept):
        del spent[one]


def used(spent: Spent, day: str, feed: str, purpose: str) -> int:
    """Requests of a feed for one purpose on one day."""
    return sum(spent.get(day, {}).get(feed, {}).get(purpose, {}).values())


def filled(spent: Spent, day: str) -> int:
    """Requests of all feeds for filling."""
    return sum(used(spent, day, feed, FILLING) for feed in spent.get(day, {}))


def still_needs(spent: Spent, day: str, feeds: Iterable[str]) -> int:
    """What the feeds will still ask for today: as much as on their busiest day of the week before."""
    return sum(max(0, _busiest(spent, day, feed) - used(spent, day, feed, NOW)) for feed in feeds)


def keep(spent: Spent, priorities: Mapping[str, int], quota: Quota, call: Call) -> int:
    """How many of the day's requests this call must leave for others; docs/decisions/0007 has the rule."""
    day = quota.day
    prints = _prints_need(spent, priorities, quota)
    unused = max(0, quota.reserve - filled(spent, day))
    if call.filling and unused:
        return prints
    if call.filling:
        return prints + still_needs(spent, day, set(priorities) - set(_prints(priorities)))
    if call.priority <= MOST_VALUABLE:
        return 0
    above = [feed for feed, number in priorities.items() if MOST_VALUABLE < number < call.priority]
    return prints + still_needs(spent, day, above) + unused


def _prints_need(spent: Spent, priorities: Mapping[str, int], quota: Quota) -> int:
    feeds, day = _prints(priorities), quota.day
    if any(_busiest(spent, day, feed) for feed in feeds):
        return still_needs(spent, day, feeds)
    if not feeds and any(one < day for one in spent):
        return 0
    today = sum(used(spent, day, feed, NOW) for feed in feeds)
    return max(0, quota.limit * FIRST_DAY_PERCENT // 100 - today)


def _prints(priorities: Mapping[str, int]) -> list[str]:
    return [feed for feed, priority in priorities.items() if priority <= MOST_VALUABLE]


def _busiest(spent: Spent, day: str, feed: str) -> int:
    return max((used(spent, one, feed, NOW) for one in spent if one < day), default=0)
