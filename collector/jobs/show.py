"""Facts as text for people, in 80 columns, and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from collector.core.clock import NEW_YORK
from collector.core.intervals import Interval
from collector.core.sessions import Session
from collector.jobs.look import Day, Feed, Status

WIDTH = 80


def as_json(found: Status) -> str:
    """The same facts; times are UTC."""
    return json.dumps(asdict(found), default=_plain, indent=2)


def _plain(value: object) -> Any:  # noqa: ANN401 - json's contract
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def status(found: Status, release: str) -> Iterator[str]:
    """What is there, what is late, what is next."""
    yield f"collector {release} · {when(found.now, found.now, full=True)} · {market(found.market, found.now)}"
    yield ""
    yield "feed             symbol        rows  collected    state  session  covered holes"
    for feed in found.feeds:
        yield _feed(feed, found.now)
    yield ""
    yield _last_run(found)
    following = (
        when(found.next_run, found.now) if found.next_run else "never: COLLECTOR_SCHEDULE names no time"
    )
    yield f"next run  {following}"
    bad = sum(feed.quarantined for feed in found.feeds)
    if bad:
        yield f"{bad} rows are in quarantine: see ops.quarantine"
    if any(feed.state == "late" for feed in found.feeds):
        yield "late: a pass that was due is missing; see the log and `collector coverage`"


def market(session: Session | None, now: datetime) -> str:
    """Open, or when it opens or closed, in minutes where that is near."""
    if session is None:
        return "no trading today"
    if now < session.opens_at:
        return f"opens in {_span(session.opens_at - now)}"
    if now < session.closes_at:
        return f"closes in {_span(session.closes_at - now)}"
    return f"closed {_span(now - session.closes_at)} ago"


def coverage(found: Status) -> Iterator[str]:
    """Each session that was begun, with what is open in it."""
    yield f"{'feed':16} {'symbol':7} {'session':10} {'covered':>8}  {'settled':7}  open (New York)"
    for feed in found.feeds:
        for day in feed.days:
            if day.covered is None:
                continue
            holes = ", ".join(map(_hole, day.holes[:3])) or "-"
            more = f" and {len(day.holes) - 3} more" if len(day.holes) > 3 else ""  # noqa: PLR2004 - as above
            settled = "yes" if day.settled else "no"
            name = f"{_fit(feed.name, 16)} {_fit(feed.symbol, 7)}"
            yield f"{name} {day.session} {_percent(day):>8}  {settled:7}  {holes}{more}"


def when(at: datetime, now: datetime, *, full: bool = False) -> str:
    """In New York; the date only where it is another day."""
    local, today = at.astimezone(NEW_YORK), now.astimezone(NEW_YORK).date()
    if full:
        return f"{local:%a %Y-%m-%d %H:%M} New York"
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def _feed(feed: Feed, now: datetime) -> str:
    collected = when(feed.collected_at, now) if feed.collected_at else "-"
    latest = feed.days[0] if feed.days else None
    session = f"{latest.session:%m-%d}" if latest else "-"
    covered = _percent(latest) if latest else "-"
    holes = str(len(latest.holes)) if latest and latest.covered is not None else "-"
    return (
        f"{_fit(feed.name, 16)} {_fit(feed.symbol, 7)} {feed.rows:>10,}  {collected:11}  {feed.state:6} "
        f"{session:7} {covered:>8} {holes:>5}"
    )


def _fit(text: str, width: int) -> str:
    """Padded, or cut in its middle: sectors and long feeds differ at their ends."""
    if len(text) <= width:
        return text.ljust(width)
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"


def _percent(day: Day) -> str:
    """Never rounded up to 100: a hole of a second shows."""
    if day.covered is None:
        return "-"
    return "100 %" if not day.holes else f"{min(day.covered * 100, 99.99):.2f} %"


def _last_run(found: Status) -> str:
    run = found.last_run
    if run is None:
        return "last run  none yet"
    took = f" in {_span(run['finished_at'] - run['started_at'])}" if run["finished_at"] else ""
    return f"last run  {when(run['started_at'], found.now)} {run['outcome']}{took}: {run['message']}"[:WIDTH]


def _hole(hole: Interval) -> str:
    start, end = (at.astimezone(NEW_YORK) for at in hole)
    return f"{start:%H:%M:%S}-{end:%H:%M:%S}"


def _span(span: Any) -> str:  # noqa: ANN401 - timedelta
    seconds = int(span.total_seconds())
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
