"""Questions to the database, and answers as values of core."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.coverage import Covered
from collector.core.sessions import Calendar, Session
from collector.store import files
from collector.store.database import transaction


def rows(connection: Connection, query: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - SQL's values
    """All rows of a query of sql/queries."""
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute(files.query(query), values)
        return cursor.fetchall()


def calendar(connection: Connection) -> Calendar:
    """The trading days that this release was shipped with."""
    return Calendar(tuple(Session(*row) for row in rows(connection, "market_sessions")))


def newest_iv_rank(connection: Connection, symbol: str) -> Decimal | None:
    """The newest known; None when none was collected."""
    found = rows(connection, "newest_iv_rank", symbol=symbol)
    return found[0][0] if found else None


def history_limit(connection: Connection, feed: str) -> date | None:
    """The first session that the plan sees; None when the vendor has not said."""
    found = rows(connection, "history_limit", feed=feed)
    return found[0][0] if found else None


def pages_of(connection: Connection, feed: str, symbol: str) -> float:
    """Requests that a session took on average; 1 when none was collected."""
    return float(rows(connection, "pages_of", feed=feed, symbol=symbol)[0][0])


def coverage(connection: Connection, feed: str, symbol: str, since: date) -> Mapping[date, Covered]:
    """What is covered of each session that was begun."""
    return {
        day: Covered(
            tuple(zip(covered_from, covered_to, strict=True)),
            tuple(zip(settled_from, settled_to, strict=True)),
            tuple(zip(confirmed_from, confirmed_to, strict=True)),
            collected_at,
        )
        for (
            day,
            collected_at,
            covered_from,
            covered_to,
            settled_from,
            settled_to,
            confirmed_from,
            confirmed_to,
        ) in rows(connection, "coverage_of", feed=feed, symbol=symbol, since=since)
    }
