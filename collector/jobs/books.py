"""Where a pass writes and what it knows: the database while it is there, the spool while it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.channels import source_of
from collector.core import logging
from collector.core.coverage import Covered
from collector.core.errors import BadPayload, DatabaseAway, HistoryLimit
from collector.core.sessions import Calendar
from collector.core.settings import Settings
from collector.core.source import Seen, Source
from collector.jobs import answer, drift
from collector.store import database, ledger, reads
from collector.store.acknowledged import FOLDER, Acknowledged
from collector.store.knowledge import Knowledge, packaged_calendar
from collector.store.pages import Batch, Counts, store
from collector.store.spool import Page, Spool

MEGABYTE = 1_000_000
Answer = TypeVar("Answer")


class Books:
    """One door for pages and coverage. `away` says why the database is not used; it is not tried again."""

    def __init__(self, settings: Settings, run_id: str, knowledge: str = "knowledge.json") -> None:
        self.run_id = run_id
        self.spool = spool_of(settings)
        self._knowledge = Knowledge(Path(settings.state_dir) / knowledge)
        self._knowledge.load()
        self._acknowledged = Acknowledged(Path(settings.state_dir) / FOLDER)
        self.connection: Connection | None = None
        self.away: DatabaseAway | None = None
        self.spooled = 0
        self._asked_since: date | None = None
        try:
            self.connection = database.writer(settings.database_dsn)
        except DatabaseAway as reason:
            self._lose(reason)

    def close(self) -> None:
        """Keeps what it knows for a pass without a database."""
        self._knowledge.save()
        self._acknowledged.close()
        if self.connection is not None:
            self.connection.close()

    def calendar(self, since: date | None = None) -> Calendar:
        """The database's, which is this release's; else this release's own."""
        return self._try(lambda connection: reads.calendar(connection, since)) or packaged_calendar()

    def coverage(self, feed: str, symbol: str, since: date) -> Mapping[date, Covered]:
        """What is covered of each session that was begun; all feeds are asked for at once."""
        if self._asked_since is None or since < self._asked_since:
            known = self._try(lambda connection: reads.coverage(connection, since))
            if known is not None:
                self._asked_since = since
                self._knowledge.learn(known)
        return self._knowledge.of(feed, symbol, since)

    def keep(self, page: Page) -> Counts:
        """Commits the page, or puts it into the spool: when this returns it is on a disk."""
        if self.connection is not None:
            try:
                counts = self._store(self.connection, page)
            except DatabaseAway as reason:
                # It may have been committed all the same: storing it again changes nothing.
                self._lose(reason)
            else:
                self._knowledge.add(page)
                return counts
        self.spool.put(page)
        self.spooled += 1
        self._knowledge.add(page)
        return Counts(served=len(page.rows), requests=page.requests, spooled=1)

    def begin(self, kind: str, started_at: datetime, version: str) -> None:
        """Opens a piece of work."""
        self._try(
            lambda connection: ledger.begin_run(connection, self.run_id, started_at, version, kind=kind)
        )

    def log_drift(self, since: datetime) -> None:
        """An error in the log for each key that was missing since then."""
        self._try(lambda connection: drift.log(connection, since))

    def end(self, finished_at: datetime, outcome: str, message: str) -> None:
        """Closes it."""
        self._try(lambda connection: ledger.end_run(connection, self.run_id, finished_at, outcome, message))

    def note_history(self, feed: str, limit: HistoryLimit, told_at: datetime) -> None:
        """How far back the plan sees, where the vendor said it."""
        earliest = limit.earliest
        if earliest is not None:
            self._try(lambda connection: ledger.note_history(connection, feed, earliest, told_at))

    def earliest(self, feed: str) -> date | None:
        """The first session that can be asked for; None when nobody said so yet."""
        return self._try(lambda connection: reads.history_limit(connection, feed))

    def not_offered(self, source: Source, symbol: str, since: date) -> AbstractSet[date]:
        """Sessions for which the vendor said that it has no such symbol; none where nobody can be asked."""
        return (
            self._try(lambda connection: reads.not_offered(connection, source, symbol, since)) or frozenset()
        )

    def pages_of(self, feed: str, symbol: str) -> float:
        """Requests that a session of it takes, by those before."""
        return self._try(lambda connection: reads.pages_of(connection, feed, symbol)) or 1.0

    def _try(self, question: Callable[[Connection], Answer]) -> Answer | None:
        """The answer, or None when the database is away or goes away."""
        if self.connection is None:
            return None
        try:
            return question(self.connection)
        except DatabaseAway as reason:
            self._lose(reason)
            return None

    def drain(self) -> Counts:
        """Stores what waited in the spool, oldest first; ends where the database is lost again."""
        total = Counts()
        with self.spool.draining() as mine:
            for path in self.spool.waiting() if mine else ():
                if self.connection is None:
                    break
                try:
                    total.add(self._store(self.connection, self.spool.read(path)))
                except BadPayload as reason:
                    logging.error("spool", reason=reason, kept=self.spool.set_aside(path))
                except DatabaseAway as reason:
                    self._lose(reason)
                else:
                    self.spool.drop(path)
        return total

    def note_outcome(self, feed: str, symbol: str, session_date: date, outcome: str, message: str) -> None:
        """How a feed's part of the pass ended; the log has it where the database has not."""
        self._try(
            lambda connection: ledger.note_outcome(
                connection,
                run_id=self.run_id,
                feed=feed,
                symbol=symbol,
                session_date=session_date,
                outcome=outcome,
                message=message,
            )
        )

    def _store(self, connection: Connection, page: Page) -> Counts:
        batch = batch_of(connection, self.run_id, page)
        counts = store(connection, batch)
        self._acknowledged.note(batch, counts)
        return counts

    def _lose(self, reason: DatabaseAway) -> None:
        logging.error("database away", reason=reason)
        self.away = reason
        if self.connection is not None:
            self.connection.close()
        self.connection = None
        # What waits already was collected: it must not be asked for again.
        for page in self.spool.pages():
            self._knowledge.add(page)


def spool_of(settings: Settings) -> Spool:
    """Where pages wait."""
    return Spool(Path(settings.state_dir) / "spool", settings.spool_mb * MEGABYTE)


def batch_of(connection: Connection, run_id: str, page: Page) -> Batch:
    """The page read by its feed's parser, ready to be stored."""
    source = source_of(page.feed)
    rank = None if source.scope else reads.newest_iv_rank(connection, page.symbol, page.fetched_at)
    seen = Seen(page.symbol, page.session_date, page.fetched_at, rank)
    parsed, rejects = answer.read(source, page.rows, seen)
    return Batch(
        run_id=run_id,
        source=source,
        symbol=page.symbol,
        session_date=page.session_date,
        fetched_at=page.fetched_at,
        parsed=parsed,
        rejects=rejects,
        covered=page.covered,
        settled=page.settled,
        confirmed=page.confirmed,
        drift=answer.drift(source, page.rows),
        served=len(page.rows),
        requests=page.requests,
    )
