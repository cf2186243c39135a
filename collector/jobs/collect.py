"""One feed of one symbol: asks for what is due and stores it page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.clock import Clock
from collector.core.coverage import Covered
from collector.core.intervals import Interval
from collector.core.sessions import Calendar, Session
from collector.core.source import BySecond, Raw, Seen, Snapshot, Source
from collector.jobs import answer, windows
from collector.jobs.paging import Page, walk
from collector.jobs.stop import Stop
from collector.store import reads
from collector.store.pages import Batch, Counts, store
from collector.wire.client import Client

# How far back a pass looks for holes by itself; a longer absence is backfilled on purpose.
SESSIONS_BACK = 6


@dataclass(frozen=True)
class Tools:
    """Everything a feed needs to be collected."""

    run_id: str
    client: Client
    connection: Connection
    clock: Clock
    calendar: Calendar
    stop: Stop
    overlap: timedelta
    cadence: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A feed, a symbol and a session, with what is due of it."""

    source: Source
    symbol: str
    session: Session
    holes: Sequence[Interval] = ()
    last: datetime | None = None


@dataclass
class Result:
    """What came of a part; `still_open` says what stays open."""

    counts: Counts = field(default_factory=Counts)
    still_open: list[str] = field(default_factory=list)


def due(tools: Tools, source: Source, symbol: str) -> list[Part]:
    """The parts to collect now, the newest session first: today matters most."""
    now = tools.clock.now()
    sessions = tools.calendar.begun(now, SESSIONS_BACK)
    if not sessions:
        return []
    known = reads.coverage(tools.connection, source.name, symbol, sessions[0].date)
    if isinstance(source.page, Snapshot):
        return _snapshots_due(tools, source, symbol, known)
    begun = [session for session in sessions if known and session.date >= min(known)] or sessions[-1:]
    parts = [
        Part(
            source,
            symbol,
            session,
            windows.due(session, known.get(session.date, Covered()), now, tools.overlap),
        )
        for session in begun
    ]
    return [part for part in reversed(parts) if part.holes]


def _snapshots_due(tools: Tools, source: Source, symbol: str, known: Mapping[date, Covered]) -> list[Part]:
    """The session that is on; where the endpoint takes a date, also those before it that are not complete."""
    now = tools.clock.now()
    every = timedelta(seconds=tools.cadence.get(source.name, source.every_s))
    current = tools.calendar.opened(now, source.hours)
    if current is None:
        return []
    begun = [session for session in tools.calendar.begun(now, SESSIONS_BACK) if session.date <= current.date]
    known_since = min(known, default=current.date) if source.dated else current.date
    parts = [
        Part(source, symbol, session, last=known.get(session.date, Covered()).collected_at)
        for session in reversed(begun)
        if session.date >= known_since
    ]
    return [part for part in parts if windows.snapshot_due(source, part.session, part.last, now, every)]


def collect(tools: Tools, part: Part, result: Result) -> None:
    """Fills `result` as it goes, so that what was stored before an error is known."""
    if isinstance(part.source.page, BySecond):
        for hole in part.holes:
            _sweep(tools, part, part.source.page, hole, result)
    else:
        _snapshot(tools, part, part.source.page, result)


def _sweep(tools: Tools, part: Part, rule: BySecond, hole: Interval, result: Result) -> None:
    asked_at = tools.clock.now()

    def fetch(params: Mapping[str, str]) -> Sequence[Raw]:
        nonlocal asked_at
        tools.stop.check()
        asked_at = tools.clock.now()
        return _ask(tools, part, params)

    for page in walk(rule, hole, fetch):
        result.counts.add(_keep(tools, part, page, asked_at))
        if page.stuck:
            second = page.stuck[0].isoformat()
            result.still_open.append(f"{second}: more prints in one second than can be told apart")


def _snapshot(tools: Tools, part: Part, rule: Snapshot, result: Result) -> None:
    tools.stop.check()
    asked_at = tools.clock.now()
    rows = _ask(tools, part, {})
    counts = _keep(tools, part, Page(rows), asked_at)
    result.counts.add(counts)
    if part.last and rule.may_miss(counts.stored):
        result.still_open.append(f"all {rule.keeps} rows are new: some before them may be missing")


def _ask(tools: Tools, part: Part, params: Mapping[str, str]) -> Sequence[Raw]:
    source = part.source
    path, fixed = source.asked(part.symbol)
    dated = {"date": part.session.date.isoformat()} if source.dated else {}
    rows = answer.rows_of(tools.client.get(path, {**fixed, **dated, **params}), single=source.single)
    if source.verify:
        source.verify(rows)
    return rows


def _keep(tools: Tools, part: Part, page: Page, asked_at: datetime) -> Counts:
    rank = None if part.source.scope else reads.newest_iv_rank(tools.connection, part.symbol)
    seen = Seen(part.symbol, part.session.date, asked_at, rank)
    parsed, rejects = answer.read(part.source, page.rows, seen)
    batch = Batch(
        run_id=tools.run_id,
        source=part.source,
        symbol=part.symbol,
        session_date=part.session.date,
        fetched_at=asked_at,
        parsed=parsed,
        rejects=rejects,
        covered=page.covered,
        settled=asked_at >= part.session.settles_at,
        confirmed=asked_at >= part.session.confirms_at,
        drift=answer.drift(part.source, page.rows),
        served=len(page.rows),
    )
    return store(tools.connection, batch)


def facts(part: Part, result: Result) -> dict[str, Any]:
    """For the log."""
    return {
        "feed": part.source.name,
        "symbol": part.symbol,
        "session": part.session.date,
        **vars(result.counts),
    }
