"""analysis clusters: prints that came close together at one price."""

from __future__ import annotations

import argparse

import pandas as pd

from analysis.darkpool.clusters import APART, ENOUGH, clusters
from analysis.darkpool.prints import at_market, left_out
from analysis.darkpool.profile import readable_step
from analysis.load import postgresql
from analysis.show.levels import said_left_out
from analysis.show.tables import as_json, as_text, money
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, STEP, SYMBOL
from collector.core.clock import NEW_YORK

ROWS = 15
NOTE = (
    f"A cluster: {ENOUGH} or more prints of one level, none more than {APART.seconds} seconds after the one before. It "
    "may be one order in parts, or a busy minute. Prints under the vendor's floor are not in it."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    symbol = arguments.symbol
    with postgresql.connect(arguments.dsn) as connection:
        day = arguments.date or postgresql.newest_day(connection, symbol, arguments.archive)
        prints = postgresql.prints(connection, symbol, day, arguments.archive) if day else None
    if prints is None or at_market(prints).empty:
        say(f"no print of {symbol} at a market price was collected for {day or 'any day'}")
        return NOTHING_COLLECTED
    used = at_market(prints)
    step = arguments.step or readable_step(used)
    found = clusters(used, step)
    if arguments.json:
        made = {"symbol": symbol, "session_date": day, "step": step, "clusters": found.to_dict("records")}
        say(as_json({**made, "note": NOTE}))
    else:
        head = (
            f"{symbol} {day}: {len(found)} clusters among {len(used):,} prints, levels of ${step}, by premium"
        )
        say(as_text(head, _lines(found), [said_left_out(left_out(prints)), NOTE]))
    return 0


def _lines(found: pd.DataFrame) -> list[list[str]]:
    return [["New York", "until", "price", "prints", "shares", "premium $"]] + [
        [
            f"{row.begins.astimezone(NEW_YORK):%H:%M:%S}",
            f"{row.ends.astimezone(NEW_YORK):%H:%M:%S}",
            f"{row.price:,}",
            f"{row.prints:,}",
            f"{row.shares:,}",
            money(row.premium),
        ]
        for row in found.head(ROWS).itertuples()
    ]


VERB = Verb(
    name="clusters",
    help="prints that came close together in time at one price level",
    call=call,
    arguments=(SYMBOL, DATE, STEP, JSON),
)
