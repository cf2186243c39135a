"""One connection for as long as somebody looks: a page costs no greeting through the tunnel."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import postgresql
from collector.core.errors import DatabaseAway

Found = TypeVar("Found")


class Kept:
    """One question at a time, each in a transaction of its own, so that the next one sees what came since."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._lock = Lock()
        self._connection: Connection | None = None

    def ask(self, question: Callable[[Connection], Found]) -> Found:
        """The answer; a connection that was lost while nobody asked is made again, once.

        Raises:
            DatabaseAway: it cannot be reached.
            Terminal: the question was refused.
        """
        with self._lock:
            before = self._connection
            try:
                return self._once(question)
            except DatabaseAway:
                if before is None:
                    raise
                return self._once(question)

    def close(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _once(self, question: Callable[[Connection], Found]) -> Found:
        if self._connection is None:
            self._connection = postgresql.opened(self._dsn)
        done = False
        try:
            with postgresql.translated():
                found = question(self._connection)
                self._connection.rollback()
                done = True
                return found
        finally:
            # Whatever state an error left it in, the next question has a fresh one.
            if not done:
                self.close()
