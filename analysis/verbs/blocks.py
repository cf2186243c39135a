"""analysis blocks: prints that are large for their own symbol."""

from __future__ import annotations

import argparse
from datetime import timedelta

import pandas as pd

from analysis.darkpool.against_market import vwap_distance
from analysis.darkpool.blocks import blocks
from analysis.darkpool.late import late
from analysis.darkpool.prints import at_market, left_out
from analysis.load import postgresql
from analysis.show.levels import said_left_out
from analysis.show.tables import as_json, as_text, money, ratio
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, SYMBOL
from collector.core.clock import NEW_YORK

DAYS, ROWS = 30, 15
NOTE = (
    "Large: 99.5 % of the earlier prints that were served are smaller; prints under the vendor's floor are in neither. "
    "The distance is from the session's VWAP as it was known at the time on the tape."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    symbol = arguments.symbol
    with postgresql.connect(arguments.dsn) as connection:
        session = arguments.date or postgresql.newest_day(connection, symbol, arguments.archive)
        if session is None:
            say(f"no print of {symbol} was ever collected here")
            return NOTHING_COLLECTED
        span = {"first_date": session - timedelta(days=DAYS), "last_date": session}
        everything = postgresql.ask(connection, "analysis_prints", arguments.archive, symbol=symbol, **span)
        bars = postgresql.ask(
            connection,
            "analysis_bars",
            arguments.archive,
            symbol=symbol,
            first_date=session,
            last_date=session,
        )
    prints, out = at_market(everything), left_out(everything[everything["session_date"] == session])
    today = prints[prints["session_date"] == session]
    try:
        found = vwap_distance(blocks(today, prints[prints["session_date"] < session]), bars)
    except ValueError as reason:
        say(f"{symbol} {session}: {reason}")
        return NOTHING_COLLECTED
    found = found.sort_values("size", ascending=False, kind="stable")
    if arguments.json:
        columns = ["executed_at", "price", "size", "premium", "rank", "distance"]
        say(
            as_json(
                {
                    "symbol": symbol,
                    "session_date": session,
                    "blocks": found[columns].to_dict("records"),
                    "note": NOTE,
                }
            )
        )
    else:
        head = f"{symbol} {session}: {len(found)} blocks among {len(today):,} prints, the largest first"
        say(
            as_text(
                head,
                _lines(found),
                [f"{len(late(today)):,} prints came more than 10 seconds late.", said_left_out(out), NOTE],
            )
        )
    return 0


def _lines(found: pd.DataFrame) -> list[list[str]]:
    return [["New York", "price", "shares", "premium $", "VWAP bp"]] + [
        [
            f"{row.executed_at.astimezone(NEW_YORK):%H:%M:%S}",
            f"{row.price:,}",
            f"{row.shares:,}",
            money(row.price * row.shares),
            ratio(row.distance if pd.notna(row.distance) else None, "+.1f"),
        ]
        for row in found.head(ROWS).rename(columns={"size": "shares"}).itertuples()
    ]


VERB = Verb(
    name="blocks",
    help="prints that are large for their own symbol, and their distance from VWAP",
    call=call,
    arguments=(SYMBOL, DATE, JSON),
)
