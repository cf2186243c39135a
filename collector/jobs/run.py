"""One pass over everything that is due, under the lock, noted from begin to end."""

from __future__ import annotations

import secrets
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from collector.core import logging
from collector.core.clock import NEW_YORK, Clock, new_york_date
from collector.core.errors import AnotherRun, BadKey, DailyLimit, SettingsError, Stopped, Terminal
from collector.core.settings import Settings
from collector.core.source import Source
from collector.jobs.alerts import after
from collector.jobs.books import Books
from collector.jobs.collect import Tools, due
from collector.jobs.command import Command, settings_of
from collector.jobs.environment import release
from collector.jobs.lock import only_one
from collector.jobs.passes import Pass, Say, take
from collector.jobs.stop import Stop
from collector.sources import registered
from collector.store.raw import Keeper
from collector.wire.budget import Budget
from collector.wire.client import Client

AWAY = 3
RECENT = timedelta(days=60)


def run(settings: Settings, say: Say) -> int:
    """A pass; the exit code."""
    try:
        with only_one("run", settings.state_dir), at_work(settings, "run", say) as (tools, did):
            _feeds(tools, settings, did, say)
            if not did.stopped:
                after.watch(settings, tools.books.connection, tools.calendar, tools.clock, say)
    except AnotherRun as reason:
        say(f"{reason}: leaving it to that one")
        return 0
    return ended(tools, did)


def ended(tools: Tools, did: Pass) -> int:
    """The exit code."""
    if tools.books.away:
        return AWAY
    return 1 if did.failed else 0


@contextmanager
def at_work(settings: Settings, kind: str, say: Say) -> Iterator[tuple[Tools, Pass]]:
    """Everything a pass needs, noted from begin to end; what waited in the spool is stored first, but by no try."""
    clock = Clock(timedelta(seconds=settings.clock_offset_s))
    run_id = f"{clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    stop = Stop()
    stop.listen()
    log_to(settings, run_id)
    version, did = release(), Pass()
    client = Client(
        settings.api_url,
        settings.api_key,
        version,
        settings.http_timeout_s,
        stop.sleep,
        Budget(settings.state_dir, settings.budget_reserve_percent),
        clock.now,
    )
    with closing(client), closing(Books(settings, run_id)) as books:
        # A pass looks a few sessions back: reading a dozen years of them would be most of its work.
        calendar = books.calendar(new_york_date(clock.now()) - RECENT if kind == "run" else None)
        if not calendar.reaches(clock.now()):
            raise Terminal("ops.market_sessions does not reach today: release a newer version")
        overlap = timedelta(seconds=settings.overlap_s)
        keeper = Keeper(Path(settings.state_dir) / "raw", settings.raw_days, settings.raw_mb)
        tools = Tools(client, books, keeper, clock, calendar, stop, overlap, settings.cadence)
        started_at = clock.now()
        books.begin(kind, started_at, version)
        logging.event("begin", kind=kind, release=version)
        try:
            if kind != "try":
                _drain(books, say)
            yield tools, did
        finally:
            books.log_drift(started_at)
            books.end(clock.now(), did.outcome, did.message)
            logging.event("end", outcome=did.outcome, message=did.message)
        say(f"{clock.now().astimezone(NEW_YORK):%Y-%m-%d %H:%M} New York: {did.message}")
        if books.away:
            say(f"the database cannot be reached: {books.away}")


def _drain(books: Books, say: Say) -> None:
    drained = books.drain()
    if drained.requests:
        say(f"spool: {drained.requests} pages that waited are stored, {drained.stored} rows new")
        logging.event("drained", **vars(drained))


def log_to(settings: Settings, run_id: str) -> None:
    """Opens the log, or SettingsError with the fix."""
    try:
        logging.configure(settings.log_file, settings.log_level, run_id)
    except OSError as reason:
        fix = "let the user who runs this write there, or change COLLECTOR_LOG_FILE"
        raise SettingsError([f"{settings.log_file} cannot be opened ({reason.strerror}): {fix}"]) from None


def wanted(settings: Settings) -> Iterator[tuple[Source, str]]:
    """The configured feeds and symbols, the most valuable first."""
    for source in registered():
        if not settings.feeds or source.name in settings.feeds:
            for symbol in source.symbols(settings.symbols):
                yield source, symbol


def _feeds(tools: Tools, settings: Settings, did: Pass, say: Say) -> None:
    left_out: set[str] = set()
    try:
        for source, symbol in wanted(settings):
            for part in due(tools, source, symbol):
                if source.name in left_out:
                    continue
                if take(tools, part, did, say) in ("not_in_plan", "before_history"):
                    left_out.add(source.name)
    except Stopped:
        did.stopped = True
    except (BadKey, DailyLimit) as reason:
        did.fail(reason)
        if isinstance(reason, BadKey):
            raise


def _run(arguments: Namespace, say: Say) -> int:
    return run(settings_of(arguments), say)


COMMAND = Command("run", "take one pass over everything that is due", _run)
