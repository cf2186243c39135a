"""Days before the first pass, and days that a pass no longer looks at: asked for on purpose, resumable."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from collector.core.errors import AnotherRun, BadKey, DailyLimit, Stopped, Terminal
from collector.core.sessions import Session
from collector.core.settings import Settings
from collector.core.source import BySecond, Source
from collector.jobs.collect import Part, Tools, open_parts
from collector.jobs.command import KNOWN_FEED, PERIOD, SYMBOL, Command, settings_of
from collector.jobs.lock import only_one
from collector.jobs.passes import Pass, Say, take
from collector.jobs.run import at_work, ended, wanted

AGAIN = "the same command goes on where this one ended"


@dataclass(frozen=True)
class Wish:
    """What is asked for; empty feeds and symbols mean those of the settings."""

    first: date
    last: date
    feeds: Sequence[str] = ()
    symbols: Sequence[str] = ()
    dry_run: bool = False


def backfill(settings: Settings, wish: Wish, say: Say) -> int:
    """Fills the holes of these sessions, the newest first; the exit code."""
    if wish.first > wish.last:
        raise Terminal(f"--from {wish.first} is after --to {wish.last}: exchange them")
    try:
        with only_one("backfill", settings.state_dir), at_work(settings, "backfill", say) as (tools, did):
            if tools.books.away:
                raise tools.books.away
            _fill(tools, settings, wish, did, say)
    except AnotherRun as reason:
        raise Terminal(f"{reason}: wait for it, or end it first") from None
    return ended(tools, did)


def _fill(tools: Tools, settings: Settings, wish: Wish, did: Pass, say: Say) -> None:
    parts = plan(tools, settings, wish)
    progress = Progress(tools, parts)
    say(progress.plan(wish))
    if wish.dry_run:
        return
    try:
        _each(tools, parts, progress, did, say)
    except Stopped:
        did.stopped = True
        say(f"stopped: {AGAIN}")
    except (BadKey, DailyLimit) as reason:
        did.fail(reason)
        say(f"{reason}; {AGAIN}")
        if isinstance(reason, BadKey):
            raise


def _each(tools: Tools, parts: Sequence[Part], progress: Progress, did: Pass, say: Say) -> None:
    """A feed that is out of the plan's reach on one day is so on all days before it."""
    out_of_reach: set[str] = set()
    for number, part in enumerate(parts, start=1):
        if part.source.name in out_of_reach:
            continue
        if take(tools, part, did, say) in ("not_in_plan", "before_history"):
            out_of_reach.add(part.source.name)
        say(progress.after(number, did))
        if tools.books.away:
            say(f"the database went away: {AGAIN}")
            return
        if did.spared:
            say(f"the rest of the day's requests is kept for today's feeds: {AGAIN}")
            return


def plan(tools: Tools, settings: Settings, wish: Wish) -> list[Part]:
    """Every part that is open, the newest session first and in it the most valuable feed."""
    now = tools.clock.now()
    sessions = [one for one in tools.calendar.between(wish.first, wish.last) if one.day[0] <= now]
    found: list[Part] = []
    for source, symbol in wanted(settings):
        if _is_wished(source, symbol, wish):
            found += _open(tools, source, symbol, sessions)
    return sorted(found, key=lambda part: part.session.date, reverse=True)


def _open(tools: Tools, source: Source, symbol: str, sessions: Sequence[Session]) -> list[Part]:
    if not sessions:
        return []
    earliest = tools.books.earliest(source.name)
    reachable = [one for one in sessions if earliest is None or one.date >= earliest]
    known = tools.books.coverage(source.name, symbol, sessions[0].date)
    return open_parts(tools, source, symbol, reachable, known)


def _is_wished(source: Source, symbol: str, wish: Wish) -> bool:
    """A snapshot without a date shows only today: it cannot be asked for later."""
    can_be_asked_later = source.dated or isinstance(source.page, BySecond)
    feed = not wish.feeds or source.name in wish.feeds
    return can_be_asked_later and feed and (not wish.symbols or symbol in wish.symbols)


def _call(arguments: Namespace, say: Say) -> int:
    first, last = arguments.first, arguments.last or arguments.first
    wish = Wish(first, last, arguments.feed, arguments.symbol, arguments.dry_run)
    return backfill(settings_of(arguments), wish, say)


COMMAND = Command(
    "backfill",
    "fetch old days, newest first; may be stopped and started again at any time",
    _call,
    (
        (PERIOD[0][0], {**PERIOD[0][1], "required": True}),
        (PERIOD[1][0], {**PERIOD[1][1], "help": "last session (default: the first)"}),
        (
            KNOWN_FEED[0],
            {**KNOWN_FEED[1], "action": "append", "default": [], "help": "only this feed; may be repeated"},
        ),
        (
            SYMBOL[0],
            {**SYMBOL[1], "action": "append", "default": [], "help": "only this symbol; may be repeated"},
        ),
        (("--dry-run",), {"action": "store_true", "help": "show what is open and ask for nothing"}),
    ),
)


class Progress:
    """How much is done and how long the rest will take, by what the parts before it took."""

    def __init__(self, tools: Tools, parts: Sequence[Part]) -> None:
        self._parts = len(parts)
        self._sessions = len({part.session.date for part in parts})
        self._requests = sum(tools.books.pages_of(part.source.name, part.symbol) for part in parts)
        self._started = time.monotonic()

    def plan(self, wish: Wish) -> str:
        """What is ahead."""
        if not self._parts:
            return f"{wish.first} to {wish.last}: nothing is open"
        return (
            f"{wish.first} to {wish.last}: {self._parts} parts of {self._sessions} sessions are open, "
            f"about {self._requests:.0f} requests"
        )

    def after(self, number: int, did: Pass) -> str:
        """Behind each part."""
        took = time.monotonic() - self._started
        left = took / number * (self._parts - number)
        return (
            f"  {number} of {self._parts} parts ({100 * number // self._parts} %), "
            f"{did.counts.requests} requests, about {_span(left)} left"
        )


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 - minutes
