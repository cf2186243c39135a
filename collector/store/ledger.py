"""Runs and their outcomes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.store import files
from collector.store.database import transaction


def begin_run(
    connection: Connection, run_id: str, started_at: datetime, release: str, *, kind: str = "run"
) -> None:
    """Opens a piece of work; one of its kind that never finished was killed, and is noted so."""
    _write(connection, "begin_run", run_id=run_id, kind=kind, started_at=started_at, release=release)


def end_run(connection: Connection, run_id: str, finished_at: datetime, outcome: str, message: str) -> None:
    """Closes a pass."""
    _write(connection, "end_run", run_id=run_id, finished_at=finished_at, outcome=outcome, message=message)


def note_outcome(  # noqa: PLR0913 - it is one row of the ledger
    connection: Connection,
    *,
    run_id: str,
    feed: str,
    symbol: str,
    session_date: date,
    outcome: str,
    message: str,
) -> None:
    """How a feed's part of the pass ended."""
    _write(
        connection,
        "note_outcome",
        run_id=run_id,
        feed=feed,
        symbol=symbol,
        session_date=session_date,
        outcome=outcome,
        message=message,
    )


def note_history(connection: Connection, feed: str, earliest: date, told_at: datetime) -> None:
    """How far back the plan sees."""
    _write(connection, "note_history", feed=feed, earliest=earliest, told_at=told_at)


def acknowledge_drift(connection: Connection, feed: str, key: str, at: datetime) -> bool:
    """Somebody knows that the key is missing; False when it never was."""
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute(files.query("acknowledge_drift"), {"feed": feed, "key": key, "at": at})
        return bool(cursor.rowcount)


def _write(connection: Connection, query: str, **values: Any) -> None:  # noqa: ANN401 - SQL's values
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute(files.query(query), values)
