"""Messages about the market, who took them, and what they are about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.store import files
from collector.store.database import transaction


def write(connection: Connection, query: str, **values: Any) -> None:  # noqa: ANN401 - SQL's values
    """One statement, committed."""
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute(files.query(query), values)


def execute(cursor: Cursor, query: str, values: Mapping[str, Any]) -> int:
    """One statement inside a transaction; how many rows it wrote."""
    cursor.execute(files.query(query), values)
    return int(cursor.rowcount)


def fetch(cursor: Cursor, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query inside a transaction."""
    cursor.execute(files.query(query), values)
    return cursor.fetchall()


def as_json(facts: Mapping[str, Any]) -> str:
    """For a column of jsonb; exact numbers become text."""
    return json.dumps(facts, default=str)
