"""`collector try`: whether this release can collect, asked before it is switched to.

The first feed that serves anything is asked once. Its rows are stored and undone; while the exchanges are open they are
stored once more and stay. They were served, so they belong there; nothing is called covered.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.errors import CollectorError, NotInPlan, Terminal, UnknownSymbol
from collector.core.settings import Settings
from collector.jobs.books import Books, batch_of
from collector.jobs.collect import Part, Tools, ask, rows_of
from collector.jobs.command import Command, Say, settings_of
from collector.jobs.market import market
from collector.jobs.passes import Pass
from collector.jobs.run import at_work, wanted
from collector.store.pages import Counts, Reject, store
from collector.store.spool import Page


class _UndoneError(Exception):
    """Nothing of it stays; `refused` rows of it could not be stored."""

    def __init__(self, refused: int) -> None:
        super().__init__()
        self.refused = refused


def attempt(settings: Settings, say: Say) -> int:
    """Ask, read, store; the exit code.

    Raises:
        CollectorError: what a pass would fail for as well, such as a refused key or a database that is away.
    """
    with at_work(settings, "try", say) as (tools, did):
        try:
            say(_attempt(settings, tools, did, say))
        except CollectorError as reason:
            did.fail(reason)
            raise
    return 0


def _attempt(settings: Settings, tools: Tools, did: Pass, say: Say) -> str:
    if tools.books.away:
        raise tools.books.away
    is_open = market(tools.calendar, tools.clock.now()).open
    refused: list[CollectorError] = []
    parts = list(_parts(settings, tools))
    for part in parts:
        named = f"{part.source.name} {part.symbol}"
        did.parts += 1
        try:
            page = _served(tools, part)
        except (NotInPlan, UnknownSymbol) as reason:
            say(f"{named}: {reason}")
            refused.append(reason)
            continue
        did.counts.add(Counts(served=len(page.rows), requests=1))
        read, bad = _tried(tools.books, page)
        if bad and not read:
            raise Terminal(f"{named}: none of {bad} rows could be read and stored")
        if read and is_open:
            _keep(tools, page, did)
        if read:
            ends = "stored" if is_open else "stored and undone: the exchanges are closed"
            return f"{named}: {read} of {read + bad} rows served were read and {ends}"
    if not parts:
        raise Terminal("no session has begun and no feed is wanted: nothing to try")
    if len(refused) == len(parts):
        raise refused[0]
    if is_open:
        raise Terminal("the exchanges are open, and no feed served a row")
    return "the API answers, and has nothing to serve now"


def _parts(settings: Settings, tools: Tools) -> Iterator[Part]:
    """Of each feed the first symbol, the most valuable first, for the session that its hours have begun."""
    seen: set[str] = set()
    for source, symbol in wanted(settings):
        session = tools.calendar.opened(tools.clock.now(), source.hours)
        if session and source.name not in seen:
            seen.add(source.name)
            yield Part(source, symbol, session)


def _served(tools: Tools, part: Part) -> Page:
    asked_at = tools.clock.now()
    rows = rows_of(part.source, ask(tools, part, {}))
    return Page(part.source.name, part.symbol, part.session.date, asked_at, rows)


def _tried(books: Books, page: Page) -> tuple[int, int]:
    """How many of its rows can be stored and how many cannot; nothing is."""
    if books.connection is None:
        raise Terminal("the database is away")
    batch = batch_of(books.connection, books.run_id, page)
    try:
        store(books.connection, batch, _undo)
    except _UndoneError as undone:
        return len(batch.parsed) + len(batch.rejects) - undone.refused, undone.refused
    raise AssertionError("what was to be undone is stored")


def _keep(tools: Tools, page: Page, did: Pass) -> None:
    did.counts.add(replace(tools.books.keep(page), served=0, requests=0))
    if tools.books.away:
        raise tools.books.away


def _undo(_cursor: Cursor, rejects: Sequence[Reject]) -> None:
    raise _UndoneError(len(rejects))


def _try(arguments: Namespace, say: Say) -> int:
    return attempt(settings_of(arguments), say)


COMMAND = Command("try", "prove that this release can collect: one answer, asked for, read and stored", _try)
