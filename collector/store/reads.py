"""Questions to the database, and answers as values of core."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.coverage import Covered
from collector.core.sessions import Calendar, Session
from collector.core.source import Source
from collector.store import files
from collector.store.database import transaction

Coverage = dict[tuple[str, str], dict[date, Covered]]


def rows(connection: Connection, query: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - SQL's values
    """All rows of a query of sql/queries."""
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute(files.query(query), values)
        return cursor.fetchall()


def calendar(connection: Connection, since: date | None = None) -> Calendar:
    """The trading days that this release was shipped with, all or from one on."""
    return Calendar(tuple(Session(*row) for row in rows(connection, "market_sessions", since=since)))


def newest_iv_rank(connection: Connection, symbol: str, at: datetime) -> Decimal | None:
    """The newest known about that time; None when none was collected."""
    found = rows(connection, "newest_iv_rank", symbol=symbol, at=at)
    return found[0][0] if found else None


def not_offered(connection: Connection, source: Source, symbol: str, since: date) -> AbstractSet[date]:
    """The sessions for which the vendor said that it has no such symbol; none for a feed that every symbol has."""
    if not source.partial:
        return frozenset()
    found = rows(connection, "not_offered", feed=source.name, symbol=symbol, since=since)
    return frozenset(day for (day,) in found)


def history_limit(connection: Connection, feed: str) -> date | None:
    """The first session that the plan sees; None when the vendor has not said."""
    found = rows(connection, "history_limit", feed=feed)
    return found[0][0] if found else None


def pages_of(connection: Connection, feed: str, symbol: str) -> float:
    """Requests that a session took on average; 1 when none was collected."""
    return float(rows(connection, "pages_of", feed=feed, symbol=symbol)[0][0])


def coverage(connection: Connection, since: date) -> Coverage:
    """What is covered of each session that was begun, by feed and symbol."""
    found: Coverage = {}
    for feed, symbol, day, collected_at, *bounds in rows(connection, "coverage_since", since=since):
        levels = [tuple(zip(bounds[at], bounds[at + 1], strict=True)) for at in (0, 2, 4)]
        found.setdefault((feed, symbol), {})[day] = Covered(levels[0], levels[1], levels[2], collected_at)
    return found
