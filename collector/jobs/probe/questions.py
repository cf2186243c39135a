"""The questions that only a real key answers (API.md 9), each with the request that it takes."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from collector.core.clock import SECOND, Clock, whole_second
from collector.core.errors import BadKey, CollectorError, NotInPlan, Terminal
from collector.core.sessions import Session
from collector.core.settings import Settings
from collector.core.source import Source
from collector.jobs.command import JSON, Command, settings_of
from collector.jobs.environment import release
from collector.jobs.probe import verdicts
from collector.jobs.stop import Stop
from collector.sources import registered
from collector.store.knowledge import packaged_calendar
from collector.wire.budget import Budget
from collector.wire.look import Looked, Looker

# Beside one for each feed: wrong key, four pages, order, two for the floor, two tides, history, the stream.
FIXED = 12
SAMPLE_PAGES = 4
TWO_YEARS = timedelta(days=730)
NOT_THESE = ("darkpool_trades", "market_tide")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Verdict:
    """A question, what came out, and the request that showed it."""

    question: str
    verdict: str
    request: str


def probe(settings: Settings, say: Say, *, as_json: bool) -> int:
    """Asks everything once and says what came out; stores nothing; the exit code."""
    stop, clock = Stop(), Clock(timedelta(seconds=settings.clock_offset_s))
    stop.listen()
    feeds = [source for source in registered() if source.name not in NOT_THESE]
    if not as_json:
        say(f"about {FIXED + len(feeds)} requests to {settings.api_url}; nothing is stored")
    budget = Budget(settings.state_dir, settings.budget_reserve_percent)
    looker = Looker(
        settings.api_url, settings.api_key, release(), settings.http_timeout_s, stop.sleep, budget, clock.now
    )
    found = []
    with closing(looker):
        for verdict in _all(looker, settings, clock.now(), feeds, stop):
            found.append(verdict)
            if not as_json:
                say(f"{verdict.question}: {verdict.verdict}")
                say(f"    {verdict.request}")
        if as_json:
            facts = {"requests": looker.asked, "verdicts": [asdict(one) for one in found]}
            say(json.dumps(facts, indent=2))
        else:
            say(f"{looker.asked} requests were made")
    return 0


def _all(
    looker: Looker, settings: Settings, now: datetime, feeds: Sequence[Source], stop: Stop
) -> Iterator[Verdict]:
    symbol = settings.symbols[0]
    session = _last_settled(now)
    parts: tuple[Callable[[], Iterator[Verdict]], ...] = (
        lambda: _key(looker, symbol),
        lambda: _prints(looker, symbol, session),
        lambda: _tide(looker),
        lambda: _history(looker, symbol, now),
        lambda: _feeds(looker, settings, feeds),
        lambda: _stream(looker, settings),
        lambda: _minute(looker),
    )
    for part in parts:
        for verdict in part():
            stop.check()
            yield verdict


def _last_settled(now: datetime) -> Session:
    settled = [one for one in packaged_calendar().sessions if one.settles_at <= now]
    if not settled:
        raise Terminal("the calendar knows no session before now: set the clock")
    return settled[-1]


def _key(looker: Looker, symbol: str) -> Iterator[Verdict]:
    path = f"/api/darkpool/{symbol}"
    found = looker.get(path, {"limit": "1"}, wrong_key=True)
    yield Verdict("a wrong key", verdicts.wrong_key(found), f"{found.request} with a key of nobody's")


def _prints(looker: Looker, symbol: str, session: Session) -> Iterator[Verdict]:
    path, day = f"/api/darkpool/{symbol}", session.date.isoformat()
    pages = _sample(looker, path, day)
    if pages[0].status == verdicts.UNAUTHORIZED:
        raise BadKey("the API refuses the key (401): check COLLECTOR_API_KEY")
    newest, rows = pages[0], verdicts.distinct(row for page in pages for row in page.rows)
    minute, daily = verdicts.limits(newest.headers)
    yield Verdict("minute limit", minute, newest.request)
    yield Verdict("daily limit", daily, newest.request)
    yield Verdict("darkpool_trades", verdicts.feed(newest), newest.request)
    oldest_first = looker.get(path, {"date": day, "limit": "3", "order": "asc"})
    yield Verdict(
        "order=asc", verdicts.order_asc(oldest_first, session.opens_at, newest.rows), oldest_first.request
    )
    smallest = looker.get(
        path, {"date": day, "min_premium": "0", "order_by": "premium", "order": "asc", "limit": "3"}
    )
    under = looker.get(path, {"date": day, "max_premium": "99999", "limit": "3"})
    yield Verdict(
        "floor of $100,000", verdicts.floor(smallest, under), f"{smallest.request} and {under.request}"
    )
    sample = f"{newest.request} and {len(pages) - 1} older pages"
    yield Verdict("a cancel", verdicts.cancels(rows), sample)
    yield Verdict("more than 500 prints in one second", verdicts.busiest_second(rows), sample)


def _sample(looker: Looker, path: str, day: str) -> list[Looked]:
    """A few pages from the evening backwards."""
    asked = {"date": day, "limit": str(verdicts.PAGE)}
    pages = [looker.get(path, asked)]
    while len(pages) < SAMPLE_PAGES and len(pages[-1].rows) == verdicts.PAGE:
        seen = verdicts.times(pages[-1].rows)
        older_than = str(int((whole_second(min(seen)) + SECOND).timestamp()))
        pages.append(looker.get(path, {**asked, "older_than": older_than}))
    return pages


def _tide(looker: Looker) -> Iterator[Verdict]:
    path = "/api/market/market-tide"
    usual, minute = looker.get(path, {}), looker.get(path, {"interval_5m": "false"})
    yield Verdict("market-tide, default step", verdicts.step(usual), usual.request)
    yield Verdict("market-tide, step of interval_5m=false", verdicts.step(minute), minute.request)


def _history(looker: Looker, symbol: str, now: datetime) -> Iterator[Verdict]:
    day = _session_before(now.date() - TWO_YEARS)
    found = looker.get(f"/api/darkpool/{symbol}", {"date": day.isoformat(), "limit": "1"})
    yield Verdict("history", verdicts.history(found, day.isoformat()), found.request)


def _session_before(day: date) -> date:
    known = [one.date for one in packaged_calendar().sessions if one.date >= day]
    return known[0]


def _feeds(looker: Looker, settings: Settings, feeds: Sequence[Source]) -> Iterator[Verdict]:
    for source in feeds:
        path, params = source.asked(source.symbols(settings.symbols)[0])
        found = looker.get(path, params)
        yield Verdict(source.name, verdicts.feed(found), found.request)


def _stream(looker: Looker, settings: Settings) -> Iterator[Verdict]:
    # Here, so that nothing else loads the WebSocket library.
    from collector.wire.socket import Socket  # noqa: PLC0415 - see above

    looker.asked += 1
    try:
        Socket(settings.api_url, settings.api_key, release()).close()
        said = "yes: the plan has it (collector_stream_enabled)"
    except NotInPlan as reason:
        said = f"no: {reason}"
    except CollectorError as reason:
        said = f"unclear: {reason}"
    yield Verdict("live stream", said, "WebSocket /socket")


def _minute(looker: Looker) -> Iterator[Verdict]:
    """Not provoked: it would take a whole minute's requests from a collector that may be at work."""
    refusals = looker.refused_429
    said = verdicts.refused(refusals[0]) if refusals else "not seen, and not provoked"
    yield Verdict("429 of the minute", said, refusals[0].request if refusals else "none")


def _probe(arguments: Namespace, say: Say) -> int:
    return probe(settings_of(arguments), say, as_json=arguments.json)


COMMAND = Command(
    "probe", "ask a real key what its plan gives and how the API behaves; stores nothing", _probe, (JSON,)
)
