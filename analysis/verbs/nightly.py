"""analysis nightly: what is computed of each session once, to be stored, and the page about it.

Nothing is written to the database here: the account that reads may not. What is to be stored goes into a file of
lines, which `collector keep` takes on the server.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import gzip
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis import signals
from analysis.combined import daily
from analysis.load import nightly, postgresql, written
from analysis.load.nightly import Due, Work
from analysis.report.material import Material
from analysis.show.message import message
from analysis.signals.stored import Signal, as_of
from analysis.signals.stored import signals as said
from analysis.verbs import page
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import TRIALS, day
from collector.core.clock import Clock, new_york_date
from collector.core.computed import LARGEST_PAGE
from collector.core.errors import CollectorError

DAYS = 7
# Who was away for a week wants the numbers of all days, and the pages of the last.
REPORTED = timedelta(days=4)
REPORT: Work = ("report", "report", 1)
COMPUTED: frozenset[Work] = frozenset(
    [("signal", rule.name, rule.version) for rule in signals.ALL]
    + [("correlation", pair.name, daily.VERSION) for pair in daily.PAIRS]
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Whatever is due, oldest session first; one that fails keeps no other from its turn."""
    now = arguments.now or Clock().now()
    last = new_york_date(now)
    first = arguments.since or last - timedelta(days=DAYS)
    lines: list[str] = []
    failed = 0
    with postgresql.connect(arguments.dsn) as connection:
        for one in nightly.due(connection, first, last, now):
            try:
                found = _of(connection, one, arguments, now)
                lines.extend(json.dumps(line, default=_plain, allow_nan=False) for line in found)
            except (CollectorError, ValueError) as reason:
                failed += 1
                say(f"{one.symbol} {one.day}: FAILED: {reason}")
                connection.rollback()
                continue
            say(f"{one.symbol} {one.day}: {'computed' if wanted(one, now) else 'stored already'}")
    written.whole(arguments.keep, "".join(f"{line}\n" for line in lines).encode())
    say(f"{arguments.keep}: {len(lines)} lines for `collector keep`")
    return 1 if failed else 0


def wanted(one: Due, now: datetime) -> frozenset[Work]:
    """What of a session is not stored yet."""
    report = {REPORT} if now - as_of(one.day) < REPORTED else frozenset()
    return (COMPUTED | report) - one.kept


def _of(
    connection: Connection, one: Due, arguments: argparse.Namespace, now: datetime
) -> Iterator[dict[str, Any]]:
    """The lines of a session; what is stored already is said again only where a page is made of it."""
    due = wanted(one, now)
    if not due:
        return
    spoken = said(signals.ALL, one.symbol, one.day, nightly.facts(connection, one, now))
    rows, covered = nightly.minutes(connection, one)
    moved = daily.daily(rows["prints"], rows["ticks"], rows["bars"], covered, as_of(one.day))
    for signal in spoken:
        yield {"kind": "signal", **asdict(signal)}
    for pair in moved:
        head = {
            "version": daily.VERSION,
            "symbol": one.symbol,
            "session_date": one.day,
            "as_of": as_of(one.day),
        }
        yield {"kind": "correlation", **head, **asdict(pair)}
    if REPORT in due:
        with contextlib.suppress(page.Nothing):
            yield _report(
                page.ask(connection, one.symbol, one.day, arguments.archive), arguments, spoken, moved
            )


def _report(
    material: Material, arguments: argparse.Namespace, spoken: list[Signal], moved: list[daily.Daily]
) -> dict[str, Any]:
    """The page, written here, and the message that it goes with."""
    found = page.made(material, arguments.trials)
    out = arguments.reports / found.name
    written.whole(out, found.content)
    title, body = message(material, found.found, found.states, spoken, moved)
    packed = gzip.compress(found.content, mtime=0)
    fits = len(packed) <= LARGEST_PAGE
    where = "The page is attached, or" if fits else "The page is too large to be attached:"
    return {
        "kind": "report",
        "symbol": material.symbol,
        "session_date": material.day,
        "title": title,
        "body": f"{body}\n{where} {out} on the laptop.",
        "name": found.name,
        "page": base64.b64encode(packed).decode() if fits else None,
    }


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a line")


def instant(text: str) -> datetime:
    """With its offset from UTC; without one it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


VERB = Verb(
    name="nightly",
    help="computes what is due of the last sessions: signals, correlations, pages",
    call=call,
    arguments=(
        (
            ("--keep",),
            {"type": Path, "required": True, "metavar": "FILE", "help": "what is to be stored goes there"},
        ),
        day("--since", f"first New York day (default: {DAYS} days ago)"),
        (
            ("--reports",),
            {
                "type": Path,
                "default": page.FOLDER,
                "metavar": "FOLDER",
                "help": f"where pages are written (default: {page.FOLDER})",
            },
        ),
        (
            ("--now",),
            {"type": instant, "metavar": "INSTANT", "help": "as if it were then (default: the clock's)"},
        ),
        TRIALS,
    ),
)
