"""How much of each session is covered, and how much of it is proven by the running volume of its prints."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core import checks
from collector.core.adjacency import PREMIUM_FLOOR_USD, Print, Proof, Step, could_hide, proof
from collector.core.clock import new_york_date
from collector.core.errors import Terminal
from collector.core.intervals import Interval, length
from collector.core.sessions import Session
from collector.core.settings import Settings
from collector.jobs import schedule
from collector.jobs.command import JSON, PERIOD, Command, Say, as_json, clock_of, day, reading, settings_of
from collector.jobs.days import Day, days
from collector.jobs.freshness import GRACE
from collector.jobs.words import between, in_width, percent, span
from collector.sources.darkpool_trades import SOURCE
from collector.store import reads


@dataclass(frozen=True)
class Report:
    """One symbol in one session; `floor_usd` is the premium below which no print is looked for."""

    symbol: str
    day: Day
    proof: Proof
    missing: int
    floor_usd: Decimal

    @property
    def is_open(self) -> timedelta:
        """How much of what was due is not covered."""
        return length(self.day.holes)


def reports(connection: Connection, settings: Settings, wanted: Namespace, now: datetime) -> Iterator[Report]:
    """The newest session first; only sessions from the first that was collected."""
    last_start = schedule.last_start(settings.schedule, now - GRACE)
    sessions = _sessions(connection, wanted, now)
    for symbol in wanted.symbols or settings.symbols:
        since = sessions[0].date if sessions else now.date()
        known = reads.coverage(connection, since).get((SOURCE.name, symbol), {})
        by_date = {session.date: session for session in sessions}
        for one in days(SOURCE, sessions, known, last_start, now):
            due = _span(by_date[one.session], now)
            prints, missing = _prints(connection, symbol, due)
            yield Report(symbol, one, proof(prints, due, wanted.floor), missing, wanted.floor)


def _sessions(connection: Connection, wanted: Namespace, now: datetime) -> Sequence[Session]:
    """Of the asked dates; the one that has begun last when none is asked."""
    calendar = reads.calendar(connection)
    if not (wanted.date or wanted.first or wanted.last):
        return calendar.begun(now, 1)
    first, last = wanted.date or wanted.first or date.min, wanted.date or wanted.last or date.max
    return [session for session in calendar.between(first, last) if session.day[0] <= now]


def _span(session: Session, now: datetime) -> Interval:
    """The hours that prints come in, up to now."""
    begins, ends = session.hours(SOURCE.hours)
    return begins, max(begins, min(ends, now))


def _prints(connection: Connection, symbol: str, due: Interval) -> tuple[list[Print], int]:
    """The prints, and how many of them the vendor no longer shows."""
    starts_at, ends_at = due
    month = new_york_date(starts_at).replace(day=1)
    if (month,) in reads.rows(connection, "archived_months", table="darkpool_trades"):
        raise Terminal(f"the prints of {month:%Y-%m} are archived: analysis reads them there, this does not")
    found = reads.rows(connection, "completeness", symbol=symbol, starts_at=starts_at, ends_at=ends_at)
    return [Print(*row[:-1]) for row in found], sum(row[-1] for row in found)


def _completeness(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    now = clock_of(settings).now()
    with reading(settings) as connection:
        found = list(reports(connection, settings, arguments, now))
    for line in [as_json([_facts(one) for one in found])] if arguments.json else listed(found):
        say(line)
    return 0


def _facts(one: Report) -> dict[str, Any]:
    largest = one.proof.largest
    facts = asdict(one)
    facts["proof"]["largest"] = largest and {
        **largest._asdict(),
        "could_hide": could_hide(largest, one.floor_usd),
    }
    return {**facts, "open_s": one.is_open.total_seconds()}


def listed(found: Sequence[Report]) -> Iterator[str]:
    """A short block for each symbol and session, in 80 columns."""
    if not found:
        yield "no prints were collected of these sessions"
        return
    for one in found:
        yield from in_width(f"{one.day.session} {one.symbol:6} {_shares(one)}", indent=18)
        yield from in_width(f"{'':17} {_numbers(one.proof, one.missing)}", indent=18)
        if one.proof.largest:
            yield from in_width(f"{'':17} {_largest(one.proof.largest, one.floor_usd)}", indent=18)
    floor = found[0].floor_usd
    yield ""
    yield "proven: of the time, between prints that are neighbours by the running volume"
    yield from in_width(
        f"to be missed, a print must be worth ${floor:,}: the vendor's floor as observed", indent=0
    )


def _shares(one: Report) -> str:
    """The line that is read first."""
    left = one.is_open
    parts = [f"proven {percent(one.proof.time, whole=one.proof.time == 1)}"]
    parts.append(f"covered {percent(one.day.covered or 0, whole=not one.day.holes)}")
    parts.append(f"open {span(left) if left else 0}")
    return ", ".join(parts) + f" ({one.day.stage})"


def _numbers(one: Proof, missing: int) -> str:
    conflicts = f", {one.conflicts:,} conflicts" if one.conflicts else ""
    gone = f", {missing:,} no longer shown" if missing else ""
    proven = percent(one.volume, whole=one.volume == 1)
    return f"{one.prints:,} prints; {proven} of volume proven{conflicts}{gone}"


def _largest(step: Step, floor: Decimal) -> str:
    when = between((step.start, step.end))
    return f"most could hide in {when}: {step.between:,} shares, {could_hide(step, floor):,} prints"


def _symbols(text: str) -> tuple[str, ...]:
    try:
        return checks.symbols(text.upper())
    except ValueError as reason:
        raise ArgumentTypeError(str(reason)) from None


def _dollars(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ArgumentTypeError(f"{text!r} is not an amount: write {PREMIUM_FLOOR_USD}") from None


COMMAND = Command(
    "completeness",
    "show how much of a session is covered, and proven by the running volume",
    _completeness,
    (
        (("--date",), {"metavar": "DATE", "type": day, "help": "this session (default: the latest)"}),
        *PERIOD,
        (("--symbols",), {"metavar": "SYMBOLS", "type": _symbols, "help": "as in SPY,QQQ (default: all)"}),
        (
            ("--floor",),
            {
                "metavar": "USD",
                "type": _dollars,
                "default": PREMIUM_FLOOR_USD,
                "help": "smaller prints are not served, so none is missed (default: %(default)s)",
            },
        ),
        JSON,
    ),
)
