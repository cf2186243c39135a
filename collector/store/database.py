"""Connections, and psycopg2's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.errors import DatabaseAway, Terminal

# The writer must not lose what it was told is stored, nor wait for ever for somebody's lock.
_WRITER = (
    "-c synchronous_commit=on -c statement_timeout=60s -c lock_timeout=15s "
    "-c idle_in_transaction_session_timeout=120s -c client_min_messages=warning"
)
# For a month that is read whole and let go; it must not wait for ever for a lock either.
_KEEPER = (
    "-c synchronous_commit=on -c statement_timeout=30min -c lock_timeout=15s "
    "-c idle_in_transaction_session_timeout=30min -c client_min_messages=warning"
)
_READER = "-c default_transaction_read_only=on -c statement_timeout=30s"
# Migrations may rebuild an index; they only must not queue behind a reader for ever.
_MIGRATOR = "-c lock_timeout=30s -c client_min_messages=warning"


def _connect(dsn: str, options: str) -> Connection:
    try:
        return psycopg2.connect(
            dsn, options=f"{options} -c timezone=UTC", connect_timeout=10, application_name="collector"
        )
    except psycopg2.OperationalError as error:
        raise DatabaseAway(first_line(error)) from error


def writer(dsn: str) -> Connection:
    """For the one run that holds the lock."""
    return _connect(dsn, _WRITER)


def keeper(dsn: str) -> Connection:
    """For the nightly archive."""
    return _connect(dsn, _KEEPER)


def reader(dsn: str) -> Connection:
    """Cannot write, whoever asks."""
    return _connect(dsn, _READER)


def migrator(dsn: str) -> Connection:
    """For a release."""
    return _connect(dsn, _MIGRATOR)


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """All or nothing; a lost connection is DatabaseAway, whatever psycopg2 calls it."""
    try:
        with connection:
            yield connection
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise DatabaseAway(first_line(error)) from error
    except psycopg2.ProgrammingError as error:
        raise Terminal(f"{first_line(error)}: is the database at this release? collector migrate") from error


def first_line(error: BaseException) -> str:
    """What happened, without the statement that follows it."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
