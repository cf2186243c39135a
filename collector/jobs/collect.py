"""One feed of one symbol: asks for what is due and keeps it page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from collector.core.clock import SECOND, Clock, new_york_date
from collector.core.coverage import Covered
from collector.core.errors import HistoryLimit
from collector.core.intervals import Interval
from collector.core.sessions import Calendar, Session
from collector.core.source import BySecond, Raw, Snapshot, Source
from collector.jobs import answer, windows
from collector.jobs.books import Books
from collector.jobs.paging import Page, walk
from collector.jobs.stop import Stop
from collector.store import spool
from collector.store.pages import Counts
from collector.store.raw import Keeper, Record
from collector.wire.client import Client

# How far back a pass looks for holes by itself; a longer absence is backfilled on purpose.
SESSIONS_BACK = 6


@dataclass(frozen=True)
class Tools:
    """Everything a feed needs to be collected."""

    client: Client
    books: Books
    keeper: Keeper
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
    latest = sessions[-1].date
    covered = tools.books.coverage(source.name, symbol, sessions[0].date)
    # A clock that was ahead may have begun sessions that are still to come.
    known = {day: one for day, one in covered.items() if day <= latest}
    if isinstance(source.page, BySecond):
        first = min(known, default=latest)
    else:
        current = tools.calendar.opened(now, source.hours)
        newest = current.date if current else latest
        first = min(known, default=newest) if source.dated else newest
    return open_parts(tools, source, symbol, [one for one in sessions if one.date >= first], known)


def open_parts(
    tools: Tools, source: Source, symbol: str, sessions: Sequence[Session], known: Mapping[date, Covered]
) -> list[Part]:
    """What is due of these sessions (oldest first), the newest first."""
    now = tools.clock.now()
    every = timedelta(seconds=tools.cadence.get(source.name, source.every_s))
    refused = tools.books.not_offered(source, symbol, sessions[0].date) if sessions else ()
    found = []
    for session in reversed([one for one in sessions if one.date not in refused]):
        before = known.get(session.date, Covered())
        if isinstance(source.page, BySecond):
            holes = windows.due(session, before, now, tools.overlap)
            found += [Part(source, symbol, session, holes)] if holes else []
        elif windows.snapshot_due(source, session, before.collected_at, now, every):
            found.append(Part(source, symbol, session, last=before.collected_at))
    return found


def collect(tools: Tools, part: Part, result: Result) -> None:
    """Fills `result` as it goes, so that what was kept before an error is known."""
    if isinstance(part.source.page, BySecond):
        for hole in part.holes:
            _sweep(tools, part, part.source.page, hole, result)
    else:
        _snapshot(tools, part, part.source.page, result)


def _sweep(tools: Tools, part: Part, rule: BySecond, hole: Interval, result: Result) -> None:
    asked_at = tools.clock.now()
    begins = hole[0]

    def fetch(params: Mapping[str, str]) -> Sequence[Raw]:
        nonlocal asked_at, begins
        tools.stop.check()
        asked_at = tools.clock.now()
        value = ask(tools, part, params)
        begins = max(begins, answer.begins_at(rule, value) or begins)
        return rows_of(part.source, value)

    for page in walk(rule, hole, fetch):
        result.counts.add(_keep(tools, part, since(page, begins), asked_at))
        if page.stuck:
            second = page.stuck[0].isoformat()
            result.still_open.append(f"{second}: more prints in one second than can be told apart")
    if begins - hole[0] > SECOND:
        first = new_york_date(begins) + timedelta(days=1)
        raise HistoryLimit(f"{part.source.name} is served from {begins.isoformat()} on", first)


def since(page: Page, begins: datetime) -> Page:
    """What lies before the begin of the vendor's answer was not looked at."""
    if page.covered is None or page.covered[0] >= begins:
        return page
    start, end = max(page.covered[0], begins), page.covered[1]
    return replace(page, covered=(start, end) if start < end else None)


def _snapshot(tools: Tools, part: Part, rule: Snapshot, result: Result) -> None:
    tools.stop.check()
    asked_at = tools.clock.now()
    rows = rows_of(part.source, ask(tools, part, {}))
    counts = _keep(tools, part, Page(rows), asked_at)
    result.counts.add(counts)
    if part.last and rule.may_miss(counts.stored):
        result.still_open.append(f"all {rule.keeps} rows are new: some before them may be missing")


def ask(tools: Tools, part: Part, params: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The vendor's answer, kept as it came too."""
    source = part.source
    path, fixed = source.asked(part.symbol)
    dated = {"date": part.session.date.isoformat()} if source.dated else {}
    asked = {**fixed, **dated, **params}
    filling = is_filling(tools, part)
    got = tools.client.get(path, asked, feed=source.name, priority=source.priority, filling=filling)
    now = tools.clock.now()
    tools.keeper.keep(Record(source.name, part.symbol, part.session.date, now, path, asked, got.body))
    return got.value


def rows_of(source: Source, value: Any) -> Sequence[Raw]:  # noqa: ANN401 - whatever JSON holds
    """Its rows, which are of what was asked for."""
    rows = answer.rows_of(value, single=source.single)
    if source.verify:
        source.verify(rows)
    return rows


def _keep(tools: Tools, part: Part, page: Page, asked_at: datetime) -> Counts:
    return tools.books.keep(
        spool.Page(
            feed=part.source.name,
            symbol=part.symbol,
            session_date=part.session.date,
            fetched_at=asked_at,
            rows=page.rows,
            covered=page.covered,
            settled=asked_at >= part.session.settles_at,
            confirmed=asked_at >= part.session.confirms_at,
            requests=page.requests,
        )
    )


def facts(part: Part, result: Result) -> dict[str, Any]:
    """For the log."""
    return {
        "feed": part.source.name,
        "symbol": part.symbol,
        "session": part.session.date,
        **vars(result.counts),
    }


def is_filling(tools: Tools, part: Part) -> bool:
    """Whether it is about a day that is over: today's requests go first."""
    return part.session.date < new_york_date(tools.clock.now())
