"""analysis report: one page about a symbol and a session, to read, to print and to keep."""

from __future__ import annotations

import argparse
from pathlib import Path

from analysis.load import postgresql, written
from analysis.verbs import page
from analysis.verbs.page import FOLDER
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, SYMBOL, TRIALS


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, write; say where.

    Raises:
        Terminal: the symbol or the day is not one of which anything was collected; nothing is written.
    """
    with postgresql.connect(arguments.dsn) as connection:
        material = page.ask(connection, arguments.symbol, arguments.date, arguments.archive)
    found = page.made(material, arguments.trials)
    out = arguments.out or FOLDER / found.name
    written.whole(out, found.content)
    lacking = found.lacking
    say(f"{out}: {'complete' if not lacking else 'INCOMPLETE, missing: ' + ', '.join(lacking)}")
    return 0


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
