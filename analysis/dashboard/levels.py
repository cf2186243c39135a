"""A symbol's volume at each price over some sessions: the vendor's own levels, not sums of prints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.darkpool.profile import Profile, profile, readable_step
from analysis.dashboard import cells
from analysis.dashboard.frame import Frame
from analysis.dashboard.lacking import lacking
from analysis.draw.bars import Bar, bars
from analysis.draw.markup import Markup, tag
from analysis.load import browsed
from analysis.show.page import figure

FEED = "darkpool_price_levels"
MOST_LEVELS = 40
KEYS = (("peak", "most dark shares"), ("inside", "value area"), ("bar", "other levels"))
READ_ME = (
    "A level of the vendor's is a bucket of prices that it rounds. Of all venues; off the exchanges is dark. "
    "A price level is where shares changed hands, not a promise that it holds: docs/analysis.md, Did a level hold?"
)


def html(connection: Connection, frame: Frame) -> str:
    """The whole page."""
    symbol, sessions = frame.asked.symbol, frame.days.all
    by_price, by_day = browsed.levels(connection, symbol, frame.days.span, frame.folder)
    return frame.html(
        f"{symbol}, levels of {len(sessions)} sessions",
        lacking(connection, frame, FEED),
        tag("div", _volume(symbol, by_price), _days(by_day, frame), class_="pictures"),
        tag("p", READ_ME, class_="soft"),
    )


def _volume(symbol: str, by_price: pd.DataFrame) -> Markup:
    title = "Dark volume at price"
    rows = by_price.rename(columns={"dark_volume": "size", "sessions": "prints"})
    rows = rows[rows["size"] > 0] if len(rows) else rows
    if rows.empty:
        return figure(title, None, (), f"Nothing of the feed {FEED} was collected in these sessions.")
    found = profile(rows, readable_step(rows, MOST_LEVELS))
    low, high = found.value_area
    drawn = bars(
        f"Dark shares of {symbol} at each price level",
        "volume-at-price",
        [
            Bar(f"{row.price:,}", float(row.shares), str(row.shares), _kind(row.price, found))
            for row in reversed(list(found.levels.itertuples()))
        ],
    )
    said = (
        f"Shares at levels of ${found.step}. Most at ${found.point_of_control:,}; "
        f"{found.value_area_share:.0%} from ${low:,} to ${high:,}."
    )
    return figure(title, drawn, KEYS, said)


def _kind(price: Decimal, found: Profile) -> str:
    low, high = found.value_area
    return "peak" if price == found.point_of_control else "inside" if low <= price <= high else "bar"


def _days(by_day: pd.DataFrame, frame: Frame) -> Markup:
    known: dict[Any, Any] = {row.session_date: row for row in by_day.itertuples()}
    rows = []
    for one in reversed(frame.days.all):
        row = known.get(one.date)
        dark, lit = (getattr(row, name, None) for name in ("dark_volume", "lit_volume"))
        rows.append(
            tag(
                "tr",
                cells.link(str(one.date), frame.asked.href(page="day", day=one.date)),
                cells.count(dark, "dark"),
                cells.count(lit, "lit"),
                cells.part(cells.share(dark, lit), "share"),
                data_day=str(one.date),
            )
        )
    table = cells.grid(("Session", "Dark shares", "Lit shares", "Dark share"), rows, "by-day")
    return tag("figure", tag("h2", "By session"), table)
