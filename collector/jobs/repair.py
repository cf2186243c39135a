"""Work on what is already here: under the lock of a pass and noted as one, without asking the vendor."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector import channels
from collector.core import parse
from collector.core.clock import Clock, new_york_date
from collector.core.errors import AnotherRun, BadPayload, Terminal, Unparsable
from collector.core.settings import Settings
from collector.core.source import BySecond, Seen, Source
from collector.jobs import answer
from collector.jobs.command import clock_of
from collector.jobs.environment import release
from collector.jobs.lock import only_one
from collector.store import database, ledger, reads
from collector.store.pages import Also, Batch, Counts, store

Part = tuple[str, str, date]


@dataclass
class Repair:
    """One repair at work; `message` becomes its line in ops.runs."""

    run_id: str
    release: str
    clock: Clock
    connection: Connection
    message: str = ""
    parts: set[Part] = field(default_factory=set)


@dataclass(frozen=True)
class Old:
    """An answer, or a part of one, that came earlier."""

    source: Source
    symbol: str
    session_date: date
    fetched_at: datetime
    raws: Sequence[Any]


@contextmanager
def at_work(settings: Settings) -> Iterator[Repair]:
    """A run of its own; Terminal while a pass is at work, because both would write the same rows."""
    clock, version = clock_of(settings), release()
    try:
        with (
            only_one("run", settings.state_dir),
            closing(database.writer(settings.database_dsn)) as connection,
        ):
            run_id = f"{clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
            ledger.begin_run(connection, run_id, clock.now(), version, kind="replay")
            with _noted(Repair(run_id, version, clock, connection)) as repair:
                yield repair
    except AnotherRun:
        raise Terminal("a pass is at work: nothing was changed, try again when it is through") from None


@contextmanager
def _noted(repair: Repair) -> Iterator[Repair]:
    outcome = "failed"
    try:
        yield repair
        outcome = "done"
    finally:
        if not repair.connection.closed:
            _note(repair, outcome)


def _note(repair: Repair, outcome: str) -> None:
    for feed, symbol, session_date in sorted(repair.parts):
        ledger.note_outcome(
            repair.connection,
            run_id=repair.run_id,
            feed=feed,
            symbol=symbol,
            session_date=session_date,
            outcome=outcome,
            message=repair.message,
        )
    ledger.end_run(repair.connection, repair.run_id, repair.clock.now(), outcome, repair.message)


def source_of(feed: str) -> Source:
    """Unparsable when this release has neither a feed nor a channel of that name."""
    try:
        return channels.source_of(feed)
    except BadPayload as reason:
        raise Unparsable(str(reason)) from None


def raw_of(text: str) -> Any:  # noqa: ANN401 - JSON of any shape
    """The row as it came, numbers exact."""
    return json.loads(text, parse_float=Decimal)


def session_of(source: Source, asked: date, raw: object) -> date:
    """A row with a time of its own belongs to the session of that time, whatever day was asked for."""
    if not isinstance(source.page, BySecond) or not isinstance(raw, dict):
        return asked
    try:
        return new_york_date(parse.some_instant(raw, source.page.time_key))
    except Unparsable:
        return asked


def store_again(repair: Repair, old: Old, also: Also | None = None) -> Counts:
    """Stores it as the pass of its time would have, read by this release; coverage stays as it is."""
    rank = None if old.source.scope else _rank(repair.connection, old)
    seen = Seen(old.symbol, old.session_date, old.fetched_at, rank)
    parsed, rejects = answer.read(old.source, old.raws, seen)
    batch = Batch(
        run_id=repair.run_id,
        source=old.source,
        symbol=old.symbol,
        session_date=old.session_date,
        fetched_at=old.fetched_at,
        parsed=parsed,
        rejects=rejects,
        requests=0,
    )
    counts = store(repair.connection, batch, also)
    repair.parts.add((old.source.name, old.symbol, old.session_date))
    return counts


def _rank(connection: Connection, old: Old) -> Decimal | None:
    found = reads.rows(connection, "iv_rank_known", symbol=old.symbol, at=old.fetched_at)
    return found[0][0] if found else None
