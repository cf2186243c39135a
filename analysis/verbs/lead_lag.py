"""analysis lead-lag: does flow move before the price, or after it?"""

from __future__ import annotations

import argparse
from dataclasses import asdict

from analysis.combined.joined import by_minute, dark_and_flow, flow_and_price
from analysis.load import postgresql
from analysis.show.tables import as_json, as_text
from analysis.statistics.lead_lag import LeadLag
from analysis.verbs import stored
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, SYMBOL

PAIRS = {"flow-price": (flow_and_price, "flow", "price"), "dark-flow": (dark_and_flow, "dark prints", "flow")}
NOTE = "Minutes of regular hours. Intervals hold for all lags at once and know that neighbours resemble each other."


def minutes(text: str) -> int:
    """How far to look, 1 to 60."""
    if not text.isdecimal() or not 1 <= int(text) <= 60:  # noqa: PLR2004 - an hour
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes from 1 to 60")
    return int(text)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    if arguments.stored:
        return stored.correlations(arguments, say)
    symbol = arguments.symbol
    with postgresql.connect(arguments.dsn) as connection:
        session = arguments.date or postgresql.newest_session(connection, symbol)
        asked = {"symbol": symbol, "first_date": session, "last_date": session}
        prints = postgresql.ask(connection, "analysis_prints", arguments.archive, **asked)
        ticks = postgresql.ask(connection, "analysis_net_premium", arguments.archive, **asked)
        bars = postgresql.ask(connection, "analysis_bars", arguments.archive, **asked)
    correlate, one, other = PAIRS[arguments.pair]
    try:
        found = correlate(by_minute(prints, ticks, bars[bars["market_time"] == "r"]), arguments.minutes)
    except ValueError as reason:
        say(f"{symbol} {session or ''}: nothing to compare: {reason}")
        return NOTHING_COLLECTED
    said = found.verdict(one, other)
    if arguments.json:
        lags = {lag: asdict(value) for lag, value in found.found.items()}
        say(
            as_json(
                {
                    "symbol": symbol,
                    "session_date": session,
                    "lags": lags,
                    "needed": found.needed,
                    "verdict": said,
                }
            )
        )
    else:
        say(
            as_text(
                f"{symbol} {session}: {one} now against {other} so many minutes later",
                _lines(found),
                [said, NOTE],
            )
        )
    return 0


def _lines(found: LeadLag) -> list[list[str]]:
    return [["minutes", "correlation", "low", "high", "|z|"]] + [
        [f"{lag:+d}", f"{one.value:+.2f}", f"{one.low:+.2f}", f"{one.high:+.2f}", f"{abs(one.z):.2f}"]
        for lag, one in found.found.items()
    ]


VERB = Verb(
    name="lead-lag",
    help="whether options flow moves before the price, or dark prints before the flow",
    call=call,
    arguments=(
        SYMBOL,
        DATE,
        (
            ("--pair",),
            {
                "choices": sorted(PAIRS),
                "default": "flow-price",
                "help": "what against what (default: flow-price)",
            },
        ),
        (
            ("--minutes",),
            {
                "type": minutes,
                "default": 10,
                "metavar": "N",
                "help": "how far to look both ways (default: 10)",
            },
        ),
        stored.STORED,
        stored.SINCE,
        JSON,
    ),
)
