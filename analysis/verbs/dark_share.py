"""analysis dark-share: what part of a session's volume was dark."""

from __future__ import annotations

import argparse

import pandas as pd

from analysis.darkpool.share import DarkShare, dark_share
from analysis.load import postgresql
from analysis.show.tables import as_json, as_text
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, SYMBOL

ROWS = 10
NOTE = "From the vendor's volume at each price, all venues; prices are its own buckets. Summed prints would be too few."


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    with postgresql.connect(arguments.dsn) as connection:
        session = arguments.date or postgresql.newest_session(connection, arguments.symbol)
        levels = postgresql.ask(
            connection, "analysis_levels", arguments.archive, symbol=arguments.symbol, session_date=session
        )
    if levels.empty:
        say(f"no volume at prices of {arguments.symbol} was collected for {session or 'any day'}")
        return NOTHING_COLLECTED
    found = dark_share(levels)
    if arguments.json:
        say(as_json({"symbol": arguments.symbol, "session_date": session, **_answer(found), "note": NOTE}))
    else:
        head = (
            f"{arguments.symbol} {session}: {found.share:.1%} of {found.dark + found.lit:,} shares traded dark; "
            f"the prices with most of it:"
        )
        say(as_text(head, _lines(found.by_price), [NOTE]))
    return 0


def _answer(found: DarkShare) -> dict[str, object]:
    return {
        "dark_volume": found.dark,
        "lit_volume": found.lit,
        "dark_share": found.share,
        "by_price": found.by_price.to_dict("records"),
    }


def _lines(prices: pd.DataFrame) -> list[list[str]]:
    most = prices.sort_values(["dark_volume", "price"], ascending=[False, True], kind="stable").head(ROWS)
    return [["price", "dark shares", "lit shares", "dark"]] + [
        [f"{row.price:,}", f"{row.dark_volume:,}", f"{row.lit_volume:,}", f"{row.share:.1%}"]
        for row in most.itertuples()
    ]


VERB = Verb(
    name="dark-share",
    help="what part of a session's volume traded off the exchanges, and at which prices",
    call=call,
    arguments=(SYMBOL, DATE, JSON),
)
