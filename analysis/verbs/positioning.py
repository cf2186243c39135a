"""analysis positioning: were buyers or sellers behind the dark prints, and at which prices?"""

from __future__ import annotations

import argparse
from dataclasses import asdict

import numpy as np
import pandas as pd

from analysis.combined.positioning import Found, at_levels, positioning
from analysis.darkpool.prints import at_market, left_out
from analysis.darkpool.profile import readable_step
from analysis.load import postgresql
from analysis.show.levels import said_left_out
from analysis.show.tables import as_json, as_text, money
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, STEP, SYMBOL

SEED, ROWS = 20_141, 15
NOTE = (
    "A print above the middle of bid and ask counts as bought, one below it as sold; many are at the middle, and a "
    "late one meets quotes of another time. The interval draws the minutes of regular hours again in blocks."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    symbol = arguments.symbol
    with postgresql.connect(arguments.dsn) as connection:
        session = arguments.date or postgresql.newest_session(connection, symbol)
        asked = {"symbol": symbol, "first_date": session, "last_date": session}
        prints, ticks, bars = (
            postgresql.ask(connection, f"analysis_{name}", arguments.archive, **asked)
            for name in ("prints", "net_premium", "bars")
        )
    try:
        found = positioning(prints, ticks, bars, np.random.default_rng(SEED))
    except ValueError as reason:
        say(f"{symbol} {session or ''}: nothing to compare: {reason}")
        return NOTHING_COLLECTED
    used = at_market(prints)
    levels = at_levels(used, arguments.step or readable_step(used))
    levels = levels.assign(net=levels["above"] - levels["below"])
    if arguments.json:
        made = {"symbol": symbol, "session_date": session, **asdict(found), "verdict": found.verdict()}
        say(as_json({**made, "levels": levels.to_dict("records"), "note": NOTE}))
    else:
        notes = [_interval(found), found.verdict(), said_left_out(left_out(prints)), NOTE]
        say(as_text(_head(f"{symbol} {session}", found), _lines(levels), notes))
    return 0


def _head(title: str, found: Found) -> str:
    one = found.positioning
    return (
        f"{title}: signed dark premium ${money(one.dark_signed)}\n"
        f"  net options premium ${money(one.net_premium)}, price {one.price_change:+,}\n"
        "  the levels with most shares, all hours:"
    )


def _interval(found: Found) -> str:
    return (
        f"A minute's signed dark premium is {found.mean:+,.0f} on average of {found.minutes:,}, "
        f"95 % interval {found.low:+,.0f} to {found.high:+,.0f}."
    )


def _lines(levels: pd.DataFrame) -> list[list[str]]:
    most = levels.sort_values(["shares", "price"], ascending=[False, True], kind="stable").head(ROWS)
    return [["price", "shares", "above", "below", "above less below"]] + [
        [f"{row.price:,}", f"{row.shares:,}", f"{row.above:,}", f"{row.below:,}", f"{row.net:+,}"]
        for row in most.sort_values("price", ascending=False).itertuples()
    ]


VERB = Verb(
    name="positioning",
    help="buyers or sellers behind the dark prints, against options and price",
    call=call,
    arguments=(SYMBOL, DATE, STEP, JSON),
)
