"""What the shared budget says, as text for people in 80 columns and as JSON for machines. Needs no database."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from collector.core.clock import NEW_YORK
from collector.core.settings import Settings
from collector.jobs.command import JSON, Command, Say, as_json, clock_of, settings_of
from collector.wire.budget import Budget
from collector.wire.day import budget_day, day_ends_at
from collector.wire.spending import FILLING, NOW

FEW_DAYS = 7
_GOOD = "ok"


@dataclass(frozen=True)
class Limit:
    """One limit: how much of it is used, and the seconds until it is whole again; None when it never is."""

    limit: int
    used: int
    left: int
    resets_in_s: float | None


@dataclass(frozen=True)
class Spending:
    """The requests of one feed or of one day."""

    now: int
    filling: int
    outcomes: Mapping[str, int]

    @property
    def all(self) -> int:
        """Both purposes."""
        return self.now + self.filling


@dataclass(frozen=True)
class Report:
    """All facts; `told_at` is when the server last said its limits, empty when it never did."""

    now: datetime
    told_at: str
    minute: Limit
    day: Limit
    in_flight: Limit
    feeds: Mapping[str, Spending]
    breakers: Mapping[str, float]
    days: Mapping[str, Spending]


def report(settings: Settings, now: datetime) -> Report:
    """The budget as it stands."""
    budget = Budget(settings.state_dir, settings.budget_reserve_percent)
    state, at, today = budget.look(), budget.steady(), budget_day(now)
    state.day.turn(today.isoformat())
    open_s = max(0.0, state.minute.ends_at - at)
    left = state.minute.left if open_s else state.minute.limit
    underway = len(state.underway)
    to_reset_s = (day_ends_at(today) - now).total_seconds()
    feeds = {feed: _spending([by]) for feed, by in state.spent.get(today.isoformat(), {}).items()}
    return Report(
        now=now,
        told_at=state.told_at,
        minute=Limit(state.minute.limit, max(0, state.minute.limit - left), left, open_s),
        day=Limit(state.day.limit, state.day.used, state.day.left, to_reset_s),
        in_flight=Limit(state.in_flight, underway, max(0, state.in_flight - underway), None),
        feeds=dict(sorted(feeds.items(), key=lambda item: -item[1].all)),
        breakers={name: one.closed_for_s(at) for name, one in state.breakers.items() if one.wait_s},
        days={
            day: _spending(list(state.spent[day].values())) for day in sorted(state.spent)[-FEW_DAYS:][::-1]
        },
    )


def _spending(feeds: list[dict[str, dict[str, int]]]) -> Spending:
    now, filling = (
        sum((Counter(by.get(purpose, {})) for by in feeds), Counter()) for purpose in (NOW, FILLING)
    )
    return Spending(sum(now.values()), sum(filling.values()), dict(now + filling))


def _plain(value: object) -> Any:  # noqa: ANN401 - json's contract
    return value.isoformat() if isinstance(value, datetime) else str(value)


def lines(found: Report) -> Iterator[str]:
    """What is left, what it went to, what was refused."""
    yield f"requests · {found.now.astimezone(NEW_YORK):%a %Y-%m-%d %H:%M} New York"
    yield f"limits   · {_told(found)}"
    yield ""
    yield "              limit      used      left  whole again"
    for name, limit in (("minute", found.minute), ("day", found.day), ("in flight", found.in_flight)):
        yield f"{name:10} {limit.limit:>8,}  {limit.used:>8,}  {limit.left:>8,}  {_whole_again(limit)}".rstrip()
    yield ""
    yield from _feeds(found)
    yield ""
    yield from _breakers(found.breakers)
    yield ""
    yield "day until 20:00   requests   filling  not answered well"
    for day, spent in found.days.items():
        yield f"{day:16} {spent.all:>9,} {spent.filling:>9,}  {_refusals(spent)}"[:80]


def _told(found: Report) -> str:
    if not found.told_at:
        return "not told by the server yet: these are first guesses"
    told = datetime.fromisoformat(found.told_at).astimezone(NEW_YORK)
    return f"as the server last told them, {told:%m-%d %H:%M:%S} New York"


def _whole_again(limit: Limit) -> str:
    if limit.resets_in_s is None:
        return ""
    if limit.resets_in_s < 60:  # noqa: PLR2004 - a minute
        return f"in {limit.resets_in_s:.0f} s" if limit.resets_in_s else "now"
    hours, minutes = divmod(int(limit.resets_in_s // 60), 60)
    return f"in {hours} h {minutes:02} min, at 20:00 New York" if hours else f"in {minutes} min"


def _feeds(found: Report) -> Iterator[str]:
    total = sum(spent.all for spent in found.feeds.values())
    yield f"{'feed':25}      now   filling    share  not answered well"
    for feed, spent in found.feeds.items():
        share = f"{100 * spent.all / total:.1f} %"
        yield f"{feed:25.25} {spent.now:>8,}  {spent.filling:>8,}  {share:>7}  {_refusals(spent)}"[:80]
    if not total:
        yield "nothing was asked for in this day, which began at 20:00 New York"


def _refusals(spent: Spending) -> str:
    return ", ".join(f"{word} {n:,}" for word, n in spent.outcomes.items() if word != _GOOD) or "-"


def _breakers(breakers: Mapping[str, float]) -> Iterator[str]:
    for name, wait_s in breakers.items():
        what = "the API" if name == "host" else name
        when = f"asked again in {wait_s:.0f} s" if wait_s else "asked once at the next pass"
        yield f"{what} failed again and again: {when}"
    if not breakers:
        yield "no feed is left alone for having failed"


def _budget(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    found = report(settings, clock_of(settings).now())
    for line in [as_json(asdict(found))] if arguments.json else lines(found):
        say(line)
    return 0


COMMAND = Command(
    "budget", "show the API's limits, what is left of them and what it went to", _budget, (JSON,)
)
