"""All rows of a feed, wherever they are, a day at a time; and what its columns mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.export.columns import Column, Kind
from analysis.load import archive, postgresql, whole
from analysis.load.whole import Wanted
from collector import sources
from collector.core.clock import new_york_day
from collector.core.source import Source

# Two feeds share a table and no table says which rows are whose.
LEVELS = {
    "darkpool_price_levels": Kind("level_type", "darkpool", "", "Rounded prices, all venues."),
    "stock_volume_price_levels": Kind("level_type", "stock_volume", "", "Exact prices, some venues only."),
}
# Prints that the feed darkpool_trades has too, or samples of symbols that are not collected.
NOT_A_FEED_OF_ITS_OWN = {"darkpool_recent"}


@dataclass(frozen=True)
class Described:
    """A feed's columns, and the kinds of rows that are its own; none where it has a table to itself."""

    source: Source
    columns: tuple[Column, ...]
    kinds: tuple[Kind, ...]


def names() -> list[str]:
    """The feeds that can be asked for."""
    return sorted(one.name for one in sources.registered() if one.name not in NOT_A_FEED_OF_ITS_OWN)


def described(connection: Connection, feed: str) -> Described:
    """What the database says about the feed's rows."""
    source = sources.by_name(feed)
    every = postgresql.ask(connection, "schema_columns")
    own = every[(every["schema_name"] == source.table[0]) & (every["relation"] == source.table[1])]
    columns = tuple(Column(row.name, row.type, row.comment or "") for row in own.itertuples(index=False))
    kinds = postgresql.ask(connection, "feed_kinds", feed=feed)
    found = tuple(Kind(*row) for row in kinds.itertuples(index=False))
    return Described(source, columns, found or ((LEVELS[feed],) if feed in LEVELS else ()))


def days(
    connection: Connection,
    feed: Described,
    symbol: str,
    span: tuple[date, date],
    folder: str = archive.FOLDER,
) -> Iterator[pd.DataFrame]:
    """The rows of each day from the first to the last, both included; days without any are left out."""
    key = whole.key(connection, feed.source.table[1])
    in_time = next(one.type for one in feed.columns if one.name == key) != "date"
    names = tuple(one.name for one in feed.columns)
    only = {one.column: tuple(kind.value for kind in feed.kinds) for one in feed.kinds[:1]}
    first, last = span
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        start, end = new_york_day(day) if in_time else (day, day + timedelta(days=1))
        rows = whole.rows(
            connection, Wanted(feed.source.table[1], (symbol,), start, end, names, only), folder
        )
        if len(rows):
            yield rows
