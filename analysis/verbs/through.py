"""analysis through: in which half hour which strikes or expiries were bought."""

from __future__ import annotations

import argparse
from decimal import Decimal

import pandas as pd

from analysis.flow.through import bullish_through
from analysis.load import postgresql
from analysis.show.tables import as_json, as_text
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, SYMBOL
from collector.core.clock import NEW_YORK

MOST = 6
NOTE = (
    "Bullish premium that each half hour added, in $1,000: calls bought and puts sold, less the opposite, "
    "by the side of the trade, which is not its intention. A total that was restated downwards shows as a minus."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    with postgresql.connect(arguments.dsn) as connection:
        session = arguments.date or postgresql.newest_session(connection, arguments.symbol)
        asked = {"symbol": arguments.symbol, "session_date": session, "flow_type": f"per_{arguments.by}"}
        rows = postgresql.ask(connection, "analysis_flow_through", arguments.archive, **asked)
    if session is None or rows.empty:
        say(f"no options flow of {arguments.symbol} was collected for {session or 'any day'}")
        return NOTHING_COLLECTED
    found = bullish_through(rows, arguments.by, MOST)
    if arguments.json:
        lines = [
            {"fetched_at": at, "bullish": {str(name): value for name, value in row.items()}}
            for at, row in found.iterrows()
        ]
        say(
            as_json(
                {"symbol": arguments.symbol, "session_date": session, "by": arguments.by, "through": lines}
            )
        )
    else:
        head = f"{arguments.symbol} {session}: the {len(found.columns)} with most premium, by {arguments.by}"
        say(as_text(head, _lines(found), [NOTE]))
    return 0


def _lines(found: pd.DataFrame) -> list[list[str]]:
    head = ["until", *(f"{name:,.10g}" if isinstance(name, Decimal) else str(name) for name in found.columns)]
    return [head] + [
        [f"{at.astimezone(NEW_YORK):%H:%M}", *(f"{value / 1000:+,.0f}" for value in row)]
        for at, row in found.iterrows()
    ]


VERB = Verb(
    name="through",
    help="bullish premium through the day, of the strikes or expiries with most premium",
    call=call,
    arguments=(
        SYMBOL,
        DATE,
        (("--by",), {"choices": ("strike", "expiry"), "default": "strike", "help": "default: %(default)s"}),
        JSON,
    ),
)
