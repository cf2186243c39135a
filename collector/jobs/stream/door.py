"""The books of a service: they are opened again when the database is back."""

from __future__ import annotations

import secrets
import time
from datetime import datetime

from collector.core import logging
from collector.core.clock import Clock
from collector.core.errors import SpoolFull
from collector.core.sessions import Calendar
from collector.core.settings import Settings
from collector.jobs.books import Books
from collector.store.pages import Counts
from collector.store.spool import Page

KIND = "stream"
AGAIN_S = 15.0
# Of its own: what the cron passes know of their coverage is not the stream's to overwrite.
KNOWLEDGE = "stream-knowledge.json"


class Door:
    """Keeps pages, and notes each time that it is open as one row of ops.runs."""

    def __init__(self, settings: Settings, clock: Clock, release: str) -> None:
        self.counts = Counts()
        self.not_kept = 0
        self._settings = settings
        self._clock = clock
        self._release = release
        self._open()

    @property
    def is_away(self) -> bool:
        """Whether pages go to the spool."""
        return self.books.away is not None

    def calendar(self) -> Calendar:
        """The trading days."""
        return self.books.calendar()

    def keep(self, page: Page) -> None:
        """The page is on a disk when this returns, or counted as not kept: REST brings it again."""
        try:
            self.counts.add(self.books.keep(page))
        except SpoolFull as reason:
            self.not_kept += len(page.rows)
            logging.error("not kept", reason=reason, rows=len(page.rows))

    def tend(self) -> None:
        """Tries the database again from time to time while it is away."""
        if self.is_away and time.monotonic() >= self._again_at:
            self.books.close()
            self._open()

    def close(self, outcome: str, message: str) -> None:
        """Notes how it ended."""
        self.books.end(self._clock.now(), outcome, message)
        self.books.close()

    def _open(self) -> None:
        now = self._clock.now()
        self.books = Books(self._settings, _run_id(now), knowledge=KNOWLEDGE)
        self.books.begin(KIND, now, self._release)
        if not self.is_away:
            drained = self.books.drain()
            logging.event("open", drained=drained.requests, stored=drained.stored)
        self._again_at = time.monotonic() + AGAIN_S


def _run_id(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
