"""What the nights have stored: each row with its version, and the hour after which nothing is in it."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from analysis.load import postgresql
from analysis.show.message import WORDS
from analysis.show.tables import as_json, as_text
from analysis.verbs.verb import Say
from analysis.verbs.words import NOTHING_COLLECTED, Argument, day
from collector.core.clock import NEW_YORK

DAYS = 30
STORED: Argument = (
    ("--stored",),
    {"action": "store_true", "help": "what was computed in the nights and kept, instead of computing it now"},
)
SINCE = day("--since", f"of --stored: first New York day (default: {DAYS} days before the last)")
ONCE = (
    "Of what had been collected by that hour, New York time; stored once, and not changed by what came later."
)
NONE = "nothing of {symbol} is stored for these days; `make nightly` stores them"


def signals(arguments: argparse.Namespace, say: Say) -> int:
    """What each rule said of each session."""
    rows = _rows(arguments, "signals_stored")
    shown = [["session", "rule", "version", "signal", "as of"]]
    shown += [
        [str(row.session_date), row.rule, str(row.version), WORDS[_value(row.value)], _hour(row.as_of)]
        for row in rows.itertuples()
    ]
    return _said(arguments, say, rows, shown, "stored signals")


def correlations(arguments: argparse.Namespace, say: Say) -> int:
    """How prints, flow and price moved together in each session."""
    rows = _rows(arguments, "correlations_stored")
    shown = [["session", "pair", "v.", "value", "95 % interval", "best lag", "as of"]]
    for row in rows.itertuples():
        if pd.isna(row.value):
            numbers = ["-"] * 3
        else:
            best = f"{int(row.best_lag):+d}{'*' if row.evidence else ''}"
            numbers = [f"{row.value:+.2f}", f"{row.low:+.2f} to {row.high:+.2f}", best]
        shown.append([str(row.session_date), row.pair, str(row.version), *numbers, _hour(row.as_of)])
    star = (
        "The value is of the same minute; a dash: too little was known. A lag is minutes, above 0 the first of the "
        "pair comes first; * stands out more than the best of 21 lags does by chance."
    )
    return _said(arguments, say, rows, shown, "stored correlations", star)


def _rows(arguments: argparse.Namespace, query: str) -> pd.DataFrame:
    with postgresql.connect(arguments.dsn) as connection:
        last = arguments.date or postgresql.newest_session(connection, arguments.symbol) or date.max
        first = arguments.since or last - timedelta(days=DAYS)
        asked = {"symbol": arguments.symbol, "first_date": first, "last_date": last}
        return postgresql.answer(connection, query, **asked)


def _said(
    arguments: argparse.Namespace,
    say: Say,
    rows: pd.DataFrame,
    shown: list[list[str]],
    what: str,
    *notes: str,
) -> int:
    if rows.empty:
        say(NONE.format(symbol=arguments.symbol))
        return NOTHING_COLLECTED
    if arguments.json:
        plain = [{name: _plain(value) for name, value in row.items()} for row in rows.to_dict("records")]
        say(as_json({"symbol": arguments.symbol, "stored": plain}))
    else:
        say(as_text(f"{arguments.symbol}, {what}", shown, [*notes, ONCE]))
    return 0


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column's value
    if value is None or value != value:  # noqa: PLR0124 - how pandas says nothing
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _value(value: Any) -> int | None:  # noqa: ANN401 - same
    return None if pd.isna(value) else int(value)


def _hour(at: datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%m-%d %H:%M}"
