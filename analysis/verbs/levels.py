"""analysis levels: where the dark prints of a day were."""

from __future__ import annotations

import argparse
import json
from datetime import date
from decimal import Decimal

from analysis.darkpool.report import LevelsReport, levels_report
from analysis.load import archive, postgresql
from analysis.show import levels as show
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import JSON, NOTHING_COLLECTED, STEP, SYMBOL


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    report = ask(arguments.dsn, arguments.symbol, arguments.date, arguments.step, arguments.archive)
    if report is None:
        say(f"no print of {arguments.symbol} was ever collected here")
        return NOTHING_COLLECTED
    say(json.dumps(show.as_json(report), indent=1) if arguments.json else show.as_text(report))
    return 0 if report.profile else NOTHING_COLLECTED


def ask(
    dsn: str, symbol: str, day: date | None, width: Decimal | None, folder: str = archive.FOLDER
) -> LevelsReport | None:
    """The day's report; without a day the newest one; None if there is none."""
    with postgresql.connect(dsn) as connection:
        day = day or postgresql.newest_day(connection, symbol, folder)
        if day is None:
            return None
        prints = postgresql.prints(connection, symbol, day, folder)
        covered = postgresql.covered(connection, symbol, day)
    return levels_report(symbol, day, prints, covered, width)


VERB = Verb(
    name="levels",
    help="dark-pool price levels and volume profile of a symbol and day",
    call=call,
    arguments=(
        SYMBOL,
        (
            ("--date",),
            {
                "type": date.fromisoformat,
                "metavar": "YYYY-MM-DD",
                "help": "New York day (default: the newest with prints)",
            },
        ),
        STEP,
        JSON,
    ),
)
