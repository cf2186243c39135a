"""The facts of `collector status` as text for people, in 80 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from collector.core.sessions import Session
from collector.jobs import drift, machine
from collector.jobs.days import Day
from collector.jobs.look import Feed, Status
from collector.jobs.words import WIDTH, cut, percent, side_by_side, span, when

# What the columns beside feed and symbols take.
OTHER_COLUMNS = 45


def status(found: Status, release: str) -> Iterator[str]:
    """What is there, what is late, what is next; alarms last, where the eye rests."""
    yield _title(found, release)
    yield ""
    if found.feeds:
        yield from _feeds(found)
        yield ""
    yield from _runs(found)


def brief(found: Status, release: str) -> Iterator[str]:
    """The same without the table: a few lines for the message at login."""
    states = Counter(feed.state for feed in found.feeds)
    yield _title(found, release)
    if found.feeds:
        yield f"feeds     {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}"
    yield from _runs(found)


def _title(found: Status, release: str) -> str:
    return (
        f"collector {release} · {when(found.now, found.now, full=True)} · {market(found.market, found.now)}"
    )


def _runs(found: Status) -> Iterator[str]:
    yield cut(f"database  DOES NOT ANSWER: {found.away}") if found.away else _last_run(found)
    following = (
        when(found.next_run, found.now) if found.next_run else "never: COLLECTOR_SCHEDULE names no time"
    )
    yield f"next run  {following}"
    yield from machine.lines(found)
    yield from _troubles(found)


def _troubles(found: Status) -> Iterator[str]:
    if found.quarantined:
        rows = "1 row waits" if found.quarantined == 1 else f"{found.quarantined:,} rows wait"
        yield f"{rows} in quarantine: see `collector quarantine list`"
    if any(feed.state == "late" for feed in found.feeds):
        yield "late: a pass that was due is missing; see the log and `collector coverage`"
    if found.unready:
        yield cut(
            f"no partition for next month: {', '.join(found.unready)}: run `collector partitions --make`"
        )
    yield from drift.alarms(found.drift, found.now)
    yield from machine.troubles(found)


def market(session: Session | None, now: datetime) -> str:
    """Open, or when it opens or closed, in minutes where that is near."""
    if session is None:
        return "no trading today"
    if now < session.opens_at:
        return f"opens in {span(session.opens_at - now)}"
    if now < session.closes_at:
        return f"closes in {span(session.closes_at - now)}"
    return f"closed {span(now - session.closes_at)} ago"


def _feeds(found: Status) -> Iterator[str]:
    """A line for each feed, or one for each state where its symbols differ; symbols side by side."""
    width = max(4, *(len(feed.name) for feed in found.feeds))
    names = max(7, WIDTH - OTHER_COLUMNS - width)
    yield f"{'feed':{width}} {'symbols':{names}} state collected    covered holes       rows"
    for (name, _), group in groupby(
        sorted(found.feeds, key=lambda feed: (_place(feed, found), feed.state)),
        key=lambda feed: (feed.name, feed.state),
    ):
        feeds = list(group)
        symbols = side_by_side([feed.symbol for feed in feeds], names)
        yield f"{name:{width}} {symbols:{names}} {_together(feeds, found.now)}"


def _place(feed: Feed, found: Status) -> int:
    return [one.name for one in found.feeds].index(feed.name)


def _together(feeds: Sequence[Feed], now: datetime) -> str:
    """The state that they share; of the rest the oldest, the least, and the sums."""
    times = [feed.collected_at for feed in feeds if feed.collected_at]
    collected = when(min(times), now) if times else "-"
    latest = [feed.days[0] for feed in feeds if feed.days]
    holes = sum(len(day.holes) for day in latest)
    rows = sum(feed.rows for feed in feeds)
    return f"{feeds[0].state:5} {collected:11} {_covered(latest):>8} {_holes(latest, holes):>5} {rows:>10,}"


def _covered(latest: Sequence[Day]) -> str:
    shares = [day.covered for day in latest if day.covered is not None]
    return percent(min(shares), whole=not any(day.holes for day in latest)) if shares else "-"


def _holes(latest: Sequence[Day], holes: int) -> str:
    return str(holes) if any(day.covered is not None for day in latest) else "-"


def _last_run(found: Status) -> str:
    run = found.last_run
    if run is None:
        return "last run  none yet"
    took = f" in {span(run['finished_at'] - run['started_at'])}" if run["finished_at"] else ""
    return cut(f"last run  {when(run['started_at'], found.now)} {run['outcome']}{took}: {run['message']}")
