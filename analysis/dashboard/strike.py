"""One strike through the sessions: what each session's newest fetch said of it, all expiries together."""

from __future__ import annotations

from typing import Any

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.dashboard import cells
from analysis.dashboard.asked import NoSuchPage
from analysis.dashboard.frame import Frame
from analysis.dashboard.lacking import lacking
from analysis.draw.bars import Pair, pairs
from analysis.draw.markup import Markup, tag
from analysis.load import browsed
from analysis.show.page import figure

FEED = "flow_per_strike"
HEADS = ("Session", "Calls", "Puts", "Call contracts", "Put contracts", "Bullish")
READ_ME = (
    "Premium of the whole day by the session's newest fetch. Bullish is calls bought and puts sold, less the opposite, "
    "by the side of the trade, which is not its intention. A session without a number did not list the strike, "
    "or was not collected."
)


def html(connection: Connection, frame: Frame) -> str:
    """The whole page.

    Raises:
        NoSuchPage: no strike was named.
    """
    asked, sessions = frame.asked, frame.days.all
    if asked.strike is None:
        raise NoSuchPage("No strike was named.")
    found = browsed.strike(connection, asked.symbol, asked.strike, frame.days.span, frame.folder)
    title = f"{asked.symbol} {float(asked.strike):,g} strike through {len(sessions)} sessions"
    return frame.html(
        title,
        lacking(connection, frame, FEED),
        tag("div", _picture(title, found), _table(found, frame), class_="pictures"),
        tag("p", READ_ME, class_="soft"),
    )


def _picture(title: str, found: pd.DataFrame) -> Markup:
    drawn = pairs(
        title, "strike-days", ("puts", "calls"), [_pair(row) for row in reversed(list(found.itertuples()))]
    )
    said = "Premium of each session, the newest at the top."
    return figure(
        "Premium by session", drawn, (), said if drawn else "No premium at this strike in these sessions."
    )


def _pair(row: Any) -> Pair:  # noqa: ANN401 - a named tuple that pandas makes
    put, call = (value if value is not None else 0 for value in (row.put_premium, row.call_premium))
    return Pair(f"{row.session_date:%y-%m-%d}", float(put), float(call), (str(put), str(call)))


def _table(found: pd.DataFrame, frame: Frame) -> Markup:
    known: dict[Any, Any] = {row.session_date: row for row in found.itertuples()}
    rows = [
        tag(
            "tr",
            cells.link(str(one.date), frame.asked.href(page="day", strike=None, day=one.date)),
            *(form(getattr(known.get(one.date), name, None), name.replace("_", "-")) for name, form in FORMS),
            data_day=str(one.date),
        )
        for one in reversed(frame.days.all)
    ]
    return tag("figure", tag("h2", "By session"), cells.grid(HEADS, rows, "by-day"))


FORMS = (
    ("call_premium", cells.money),
    ("put_premium", cells.money),
    ("call_volume", cells.count),
    ("put_volume", cells.count),
    ("bullish", cells.money),
)
