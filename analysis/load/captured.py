"""What was captured of a symbol's week, in the database or in the archive, and what is lacking of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.darkpool.audit import Captured
from analysis.load import archive, postgresql, whole
from analysis.load.session import sessions
from analysis.load.whole import Wanted
from analysis.report.completeness import state
from collector.core.clock import new_york_instant

WEEK = timedelta(days=7)
FEEDS = {"darkpool_price_levels": "dark volume", "darkpool_trades": "prints"}


def captured(connection: Connection, symbol: str, week: date, folder: str = archive.FOLDER) -> Captured:
    """Of the week from that Monday on."""
    levels = Wanted(
        "price_levels",
        (symbol,),
        week,
        week + WEEK,
        ("session_date", "price", "dark_volume"),
        {"level_type": ("darkpool",)},
    )
    span = (new_york_instant(week), new_york_instant(week + WEEK))
    prints = Wanted("darkpool_trades", (symbol,), *span, ("size", "canceled", "missing_since"))
    found = whole.rows(connection, prints, folder)
    counted = found[~found["canceled"].astype(bool) & found["missing_since"].isna()]
    return Captured(
        dark=Decimal(whole.rows(connection, levels, folder)["dark_volume"].sum()),
        prints=Decimal(counted["size"].sum()),
        lacking=tuple(_lacking(connection, symbol, week)),
    )


def _lacking(connection: Connection, symbol: str, week: date) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    days = sessions(connection, week, week + WEEK - timedelta(days=1))
    for session in days:
        known = postgresql.answer(
            connection, "analysis_completeness", symbols=[symbol], session_date=session.date
        )
        rows = {row.feed: row for row in known[known["symbol"] == symbol].itertuples()}
        for feed, words in FEEDS.items():
            one = state(feed, session, rows.get(feed))
            if not one.whole:
                found.setdefault((words, one.said), []).append(str(session.date))
    yield from (f"{words} of {', '.join(dates)}: {said}" for (words, said), dates in found.items())
    if not days:
        yield "the calendar has no session of that week"
