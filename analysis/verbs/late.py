"""analysis late: prints that reached the tape late, or outside regular hours."""

from __future__ import annotations

import argparse
from datetime import time

import pandas as pd

from analysis.darkpool.late import ALLOWED, CLOSES, late, outside_hours
from analysis.darkpool.prints import reason_left_out
from analysis.load import postgresql
from analysis.load.session import session_of
from analysis.show.tables import as_json, as_text, money
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, SYMBOL
from collector.core.clock import NEW_YORK

ROWS = 15
NOTE = (
    f"Late: on the tape more than {ALLOWED.seconds} seconds after its execution, where that was reported; its price is "
    "of the earlier time. Off-market and canceled prints are in it and marked: levels and averages leave them out."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    symbol = arguments.symbol
    with postgresql.connect(arguments.dsn) as connection:
        day = arguments.date or postgresql.newest_day(connection, symbol, arguments.archive)
        if day is None:
            say(f"no print of {symbol} was ever collected here")
            return NOTHING_COLLECTED
        asked = {"symbol": symbol, "first_date": day, "last_date": day}
        prints = postgresql.ask(connection, "analysis_prints", arguments.archive, **asked)
        on = session_of(connection, day)
    if prints.empty:
        say(f"no print of {symbol} was collected for {day}")
        return NOTHING_COLLECTED
    closes = on.closes_at.astimezone(NEW_YORK).time() if on else CLOSES
    found, outside = late(prints), outside_hours(prints, day, closes)
    found = found.assign(left_out=reason_left_out(found), outside=found.index.isin(outside.index))
    if arguments.json:
        say(as_json(_answer(symbol, found, outside, day)))
    else:
        head = f"{symbol} {day}: {len(found):,} of {len(prints):,} prints came late, the latest first"
        say(as_text(head, _lines(found), [_outside(outside, closes), NOTE]))
    return 0


def _answer(symbol: str, found: pd.DataFrame, outside: pd.DataFrame, day: object) -> dict[str, object]:
    columns = ["executed_at", "trf_executed_at", "delay", "price", "size", "left_out", "outside"]
    return {
        "symbol": symbol,
        "session_date": day,
        "late": found[columns].to_dict("records"),
        "outside_hours": {"prints": len(outside), "shares": outside["size"].sum()},
        "note": NOTE,
    }


def _outside(outside: pd.DataFrame, closes: time) -> str:
    premium = money((outside["price"] * outside["size"]).sum()) if len(outside) else "0"
    return f"{len(outside):,} prints (${premium}) were before 09:30 or from {closes:%H:%M} on: marked *."


def _lines(found: pd.DataFrame) -> list[list[str]]:
    return [["New York", "late by", "price", "shares", "premium $", "left out"]] + [
        [
            f"{row.executed_at.astimezone(NEW_YORK):%H:%M:%S}{'*' if row.outside else ''}",
            str(row.delay).removeprefix("0 days ").split(".")[0],
            f"{row.price:,}",
            f"{row.shares:,}",
            money(row.price * row.shares),
            row.left_out,
        ]
        for row in found.head(ROWS).rename(columns={"size": "shares"}).itertuples()
    ]


VERB = Verb(
    name="late",
    help="prints that reached the tape late, and those outside regular hours",
    call=call,
    arguments=(SYMBOL, DATE, JSON),
)
