"""analysis report: one page about a symbol and a session, to read, to print and to keep."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from urllib.parse import quote

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis import signals
from analysis.load import postgresql, session, trials, written
from analysis.report.completeness import states
from analysis.report.material import Material
from analysis.report.parts import parts
from analysis.report.trust import said
from analysis.show.report import html
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, SYMBOL, TRIALS
from collector.core.errors import Terminal

FOLDER = Path("reports")


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, write; say where.

    Raises:
        Terminal: the symbol or the day is not one of which anything was collected; nothing is written.
    """
    symbol = arguments.symbol
    with postgresql.connect(arguments.dsn) as connection:
        known = session.symbols(connection)
        if symbol not in known:
            raise Terminal(f"{symbol} is not collected here; collected are: {', '.join(known) or 'none'}")
        found = _material(connection, symbol, arguments.date, arguments.archive)
    facts = found.of("facts")
    data = f"{symbol} {found.day}"
    rules, as_of = said(signals.ALL, facts, found.of("opens"), data, trials.read(arguments.trials))
    state = states(symbol, found.session, found.of("completeness"))
    out = arguments.out or FOLDER / f"{quote(symbol, safe='')}-{found.day}.html"
    written.whole(out, html(found, parts(found), state, rules, as_of).encode())
    lacking = [one.feed for one in state if not one.whole]
    say(f"{out}: {'complete' if not lacking else 'INCOMPLETE, missing: ' + ', '.join(lacking)}")
    return 0


def _material(connection: Connection, symbol: str, day: date | None, archive: str) -> Material:
    day = day or session.newest(connection, symbol, archive)
    if day is None:
        raise Terminal(f"nothing of {symbol} was collected yet")
    on = session.session_of(connection, day)
    if on is None:
        raise Terminal(f"{day:%A} {day} is no trading day that this release's calendar knows")
    found = session.material(connection, symbol, on, archive)
    if found.nothing:
        raise Terminal(f"nothing of {symbol} was collected for {day:%A} {day}")
    return found


VERB = Verb(
    name="report",
    help="one HTML page about a symbol and a session, with what is missing said at its top",
    call=call,
    arguments=(
        SYMBOL,
        DATE,
        (
            ("--out",),
            {"type": Path, "metavar": "FILE", "help": f"the page (default: {FOLDER}/SYMBOL-DAY.html)"},
        ),
        TRIALS,
    ),
)
