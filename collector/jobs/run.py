"""One pass over everything that is due, under the lock, noted from begin to end."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

from collector.core import logging
from collector.core.clock import NEW_YORK, Clock
from collector.core.errors import (
    AnotherRun,
    BadKey,
    CollectorError,
    DailyLimit,
    DatabaseAway,
    HistoryLimit,
    NotInPlan,
    SettingsError,
    Stopped,
    Terminal,
)
from collector.core.settings import Settings
from collector.core.source import Source
from collector.jobs import drift
from collector.jobs.collect import Part, Result, Tools, collect, due, facts
from collector.jobs.environment import release
from collector.jobs.lock import only_run
from collector.jobs.stop import Stop
from collector.sources import registered
from collector.store import database, ledger, reads
from collector.store.pages import Counts
from collector.wire.client import Client

Say = Callable[[str], None]
# As many names as fit on a line.
FEW = 2


@dataclass
class Pass:
    """What a pass did."""

    counts: Counts = field(default_factory=Counts)
    parts: int = 0
    failed: dict[str, list[str]] = field(default_factory=dict)
    stopped: bool = False

    @property
    def outcome(self) -> str:
        """The word of ops.runs."""
        if self.failed:
            return "failed"
        if self.stopped:
            return "stopped"
        return "done" if self.parts else "nothing_due"

    @property
    def message(self) -> str:
        """One line for people."""
        if not self.parts and not self.failed:
            return "stopped" if self.stopped else "nothing due"
        c = self.counts
        did = f"{c.requests} requests, {c.stored} new, {c.updated} updated, {c.quarantined} quarantined"
        failures = [_failure(reason, parts) for reason, parts in self.failed.items()]
        return "; ".join([did, *failures, *(["stopped"] if self.stopped else [])])

    def fail(self, reason: object, part: str = "") -> None:
        """Notes a failure, so that what fails for one reason is said once."""
        self.failed.setdefault(str(reason), []).append(part)


def _failure(reason: str, parts: list[str]) -> str:
    if len(parts) > FEW:
        return f"{len(parts)} failed: {reason}"
    named = ", ".join(filter(None, parts))
    return f"{named}: {reason}" if named else reason


def run(settings: Settings, say: Say) -> int:
    """A pass; the exit code."""
    clock = Clock(timedelta(seconds=settings.clock_offset_s))
    run_id = f"{clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    stop = Stop()
    stop.listen()
    try:
        with only_run(settings.state_dir):
            _log_to(settings, run_id)
            return _run(settings, clock, run_id, stop, say)
    except AnotherRun as reason:
        say(f"{reason}: leaving it to that one")
        return 0
    except DatabaseAway as reason:
        logging.error("database away", reason=reason)
        raise


def _log_to(settings: Settings, run_id: str) -> None:
    try:
        logging.configure(settings.log_file, settings.log_level, run_id)
    except OSError as reason:
        fix = "let the user who runs this write there, or change COLLECTOR_LOG_FILE"
        raise SettingsError([f"{settings.log_file} cannot be opened ({reason.strerror}): {fix}"]) from None


def _run(settings: Settings, clock: Clock, run_id: str, stop: Stop, say: Say) -> int:
    version = release()
    with closing(database.writer(settings.database_dsn)) as connection:
        calendar = reads.calendar(connection)
        if not calendar.reaches(clock.now()):
            raise Terminal("ops.market_sessions does not reach today: release a newer version")
        client = Client(settings.api_url, settings.api_key, version, settings.http_timeout_s, stop.sleep)
        since = clock.now()
        ledger.begin_run(connection, run_id, since, version)
        logging.event("begin", release=version)
        did = Pass()
        overlap = timedelta(seconds=settings.overlap_s)
        tools = Tools(run_id, client, connection, clock, calendar, stop, overlap, settings.cadence)
        try:
            with closing(client):
                _feeds(tools, settings, did, say)
        finally:
            if not connection.closed:
                drift.log(connection, since)
                ledger.end_run(connection, run_id, clock.now(), did.outcome, did.message)
            logging.event("end", outcome=did.outcome, message=did.message)
        say(f"{clock.now().astimezone(NEW_YORK):%Y-%m-%d %H:%M} New York: {did.message}")
        return 1 if did.failed else 0


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
                did.parts += 1
                if not _part(tools, part, did, say):
                    left_out.add(source.name)
    except Stopped:
        did.stopped = True
    except (BadKey, DailyLimit) as reason:
        did.fail(reason)
        if isinstance(reason, BadKey):
            raise


def _part(tools: Tools, part: Part, did: Pass, say: Say) -> bool:
    """Collects one part; False when the whole feed is to be left out of this pass."""
    result = Result()
    outcome, message = "failed", ""
    try:
        collect(tools, part, result)
        outcome, message = ("open", "; ".join(result.still_open)) if result.still_open else ("done", "")
    except (NotInPlan, HistoryLimit) as reason:
        outcome, message = "not_in_plan", str(reason)
    except Stopped:
        outcome = "stopped"
        raise
    except (DatabaseAway, BadKey, DailyLimit) as reason:
        message = str(reason)
        raise
    except CollectorError as reason:
        message = str(reason)
        did.fail(reason, f"{part.source.name} {part.symbol}")
        logging.error("failed", **facts(part, result))
    finally:
        did.counts.add(result.counts)
        _note(tools, part, outcome, message)
        logging.event("feed", outcome=outcome, message=message, **facts(part, result))
        say(_line(part, result, outcome, message))
    return outcome != "not_in_plan"


def _note(tools: Tools, part: Part, outcome: str, message: str) -> None:
    if not tools.connection.closed:
        ledger.note_outcome(
            tools.connection,
            run_id=tools.run_id,
            feed=part.source.name,
            symbol=part.symbol,
            session_date=part.session.date,
            outcome=outcome,
            message=message,
        )


def _line(part: Part, result: Result, outcome: str, message: str) -> str:
    c = result.counts
    line = (
        f"{part.source.name:16} {part.symbol:6} {part.session.date} {c.requests:4} requests "
        f"{c.stored:6} new {c.updated:4} updated  {outcome}"
    )
    if c.quarantined:
        line += f", {c.quarantined} quarantined"
    return f"{line}: {message}" if message else line
