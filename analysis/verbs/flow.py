"""analysis flow: which side of the options paid, by days to expiry."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from analysis.flow.alerts import summary
from analysis.flow.premium import Imbalance, by_expiry, by_moneyness, imbalance
from analysis.load import postgresql
from analysis.show.tables import as_json, as_text, money, ratio
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, SYMBOL

NOTE = (
    "Side of the trade, not intention: hedges and legs of spreads look like bets. Alerts are trades of the same tape: "
    "do not add them. For index options the literature finds no effect."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    with postgresql.connect(arguments.dsn) as connection:
        session = arguments.date or postgresql.newest_session(connection, arguments.symbol)
        asked = {"symbol": arguments.symbol, "session_date": session}
        rows = postgresql.ask(connection, "analysis_flow", arguments.archive, flow_type="per_expiry", **asked)
        alerts = postgresql.ask(connection, "analysis_flow_alerts", arguments.archive, **asked)
    if session is None or rows.empty:
        say(f"no options flow of {arguments.symbol} was collected for {session or 'any day'}")
        return NOTHING_COLLECTED
    # A contract that left the vendor's answer keeps an older fetch: the newest whole one is used.
    rows = rows[rows["collected_at"] == rows["collected_at"].max()]
    found, kinds = imbalance(rows), summary(alerts)
    split = {"by_expiry": by_expiry(rows, session), "by_moneyness": by_moneyness(rows)}
    fetched = rows["collected_at"].max()
    if arguments.json:
        say(as_json(_answer(arguments.symbol, session, fetched, (found, split, kinds))))
    else:
        say(
            as_text(
                _head(arguments.symbol, session, found),
                _lines(split),
                [_alerts(kinds), f"Fetched {fetched:%H:%M:%S} UTC. {NOTE}"],
            )
        )
    return 0


def _answer(
    symbol: str,
    session: date,
    fetched: datetime,
    parts: tuple[Imbalance, Mapping[str, pd.DataFrame], pd.DataFrame],
) -> dict[str, Any]:
    found, split, kinds = parts
    return {
        "symbol": symbol,
        "session_date": session,
        "fetched_at": fetched,
        "bullish_premium": found.bullish,
        "bullish_share": found.share,
        "net_call_premium": found.net_call,
        "net_put_premium": found.net_put,
        "premium": found.total,
        **{name: table.reset_index().to_dict("records") for name, table in split.items()},
        "alerts": kinds.reset_index().to_dict("records"),
        "note": NOTE,
    }


def _head(symbol: str, session: date, found: Imbalance) -> str:
    return (
        f"{symbol} {session}: options premium ${money(found.total)}\n"
        f"  bullish ${money(found.bullish)} ({ratio(found.share, '+.1%')} of what has a side)\n"
        f"  net calls ${money(found.net_call)}, net puts ${money(found.net_put)}\n"
    )


def _lines(split: Mapping[str, pd.DataFrame]) -> list[list[str]]:
    """By days to expiry, and the same premium by moneyness."""
    head = ["to expiry", "calls $", "puts $", "put/call $", "put/call contracts"]
    return [head] + [
        [
            str(name),
            money(row["call_premium"]),
            money(row["put_premium"]),
            ratio(row["put_call_premium"]),
            ratio(row["put_call_volume"]),
        ]
        for table in split.values()
        for name, row in table.iterrows()
    ]


def _alerts(kinds: pd.DataFrame) -> str:
    parts = [f"{row['alerts']:,} {name} (bullish ${money(row['bullish'])})" for name, row in kinds.iterrows()]
    return f"Alerts: {', '.join(parts)}."


VERB = Verb(
    name="flow",
    help="options premium by side, put/call by expiry and moneyness, sweeps, openings",
    call=call,
    arguments=(SYMBOL, DATE, JSON),
)
