"""analysis iv-rank: IV rank of the last sessions and its changes."""

from __future__ import annotations

import argparse
from decimal import Decimal

import pandas as pd

from analysis.flow.series import CHANGES, rank_changes
from analysis.load import postgresql
from analysis.show.tables import as_json, as_text, ratio
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, SYMBOL

ROWS = 20
NOTE = (
    "Of 100, as the vendor sends it: where implied volatility stands within its own year. Changes are in points, over "
    "so many collected sessions: one that was not collected makes a change span more."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    symbol = arguments.symbol
    with postgresql.connect(arguments.dsn) as connection:
        session = arguments.date or postgresql.newest_session(connection, symbol)
        asked = {"symbol": symbol, "session_date": session}
        ranks = postgresql.ask(connection, "analysis_iv_rank", arguments.archive, **asked)
    if session is None or ranks.empty:
        say(f"no IV rank of {symbol} was collected until {session or 'any day'}")
        return NOTHING_COLLECTED
    found = rank_changes(ranks)
    newest = found.iloc[-1]
    if arguments.json:
        say(as_json({"symbol": symbol, "ranks": found.to_dict("records"), "note": NOTE}))
    else:
        head = f"{symbol} {newest['session_date']}: IV rank {newest['value']:.1f} of 100"
        say(as_text(head, _lines(found), [NOTE]))
    return 0


def _lines(found: pd.DataFrame) -> list[list[str]]:
    heads = ["session", "rank", *(f"over {many}" for many in CHANGES)]
    return [heads] + [
        [
            str(row["session_date"]),
            f"{row['value']:.1f}",
            *(_change(row[f"change_{many}"]) for many in CHANGES),
        ]
        for _, row in found.tail(ROWS).iterrows()
    ]


def _change(value: Decimal | None) -> str:
    return ratio(value, "+.1f")


VERB = Verb(
    name="iv-rank",
    help="IV rank of the last sessions and how it changed",
    call=call,
    arguments=(SYMBOL, DATE, JSON),
)
