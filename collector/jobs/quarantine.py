"""Rows that could not be read: shown, and read again by a release that has learned to."""

from __future__ import annotations

import textwrap
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.errors import Terminal, Unparsable
from collector.jobs import repair
from collector.jobs.command import FEED, JSON, SYMBOL, Command, Say, as_json, clock_of, reading, settings_of
from collector.jobs.repair import Old, Repair
from collector.jobs.words import WIDTH, cut, when
from collector.store import files, reads
from collector.store.database import transaction
from collector.store.pages import Reject

Row = Mapping[str, Any]
MOST_LINES = 40
COLUMNS = (
    *("id", "run_id", "feed", "symbol", "session_date", "fetched_at", "reason", "raw"),
    *("replayed_at", "replayed_by", "still_wrong"),
)


def find(  # noqa: PLR0913 - one argument a filter
    connection: Connection,
    *,
    everything: bool = False,
    ids: Sequence[int] | None = None,
    feed: str | None = None,
    symbol: str | None = None,
    reason: str | None = None,
) -> list[Row]:
    """The rows that pass all filters, the newest first; only waiting ones unless `everything`."""
    values = {
        "everything": everything,
        "ids": list(ids) if ids else None,
        "feed": feed,
        "symbol": symbol,
        "reason": reason,
    }
    return [dict(zip(COLUMNS, row, strict=True)) for row in reads.rows(connection, "quarantine", **values)]


def replay(work: Repair, row: Row) -> str:
    """Reads one row with this release: empty when it is stored now, or why it is still wrong."""
    try:
        source = repair.source_of(row["feed"])
        raw = repair.raw_of(row["raw"])
        day = repair.session_of(source, row["session_date"], raw)
        old = Old(source, row["symbol"], day, row["fetched_at"], [raw])
        repair.store_again(work, old, lambda cursor, rejects: _accept(work, cursor, row, rejects))
    except Unparsable as reason:
        with transaction(work.connection), work.connection.cursor() as cursor:
            _mark(cursor, row, work.release, None, str(reason))
        return str(reason)
    return ""


def _accept(work: Repair, cursor: Cursor, row: Row, rejects: Sequence[Reject]) -> None:
    """In the transaction of the stored row; a refusal takes everything back."""
    if rejects:
        raise Unparsable(rejects[0].reason)
    _mark(cursor, row, work.release, work.clock.now(), None)


def _mark(cursor: Cursor, row: Row, release: str, replayed_at: datetime | None, wrong: str | None) -> None:
    cursor.execute(
        files.query("mark_replayed"),
        {"id": row["id"], "replayed_at": replayed_at, "replayed_by": release, "still_wrong": wrong},
    )


def _list(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    with reading(settings) as connection:
        found = find(
            connection,
            everything=arguments.all,
            feed=arguments.feed,
            symbol=arguments.symbol,
            reason=arguments.reason,
        )
    lines = [as_json(found)] if arguments.json else listed(found, clock_of(settings).now())
    for line in lines:
        say(line)
    return 0


def listed(found: Sequence[Row], now: datetime) -> Iterator[str]:
    """What waits and why, the newest first, in 80 columns."""
    if not found:
        yield "nothing waits in quarantine"
        return
    width = max(16, *(len(row["feed"]) for row in found))
    yield f"{'id':>8} {'feed':{width}} {'symbol':7} {'fetched':11} reason"
    for row in found[:MOST_LINES]:
        reason = row["reason"] if not row["replayed_at"] else f"replayed {when(row['replayed_at'], now)}"
        facts = f"{row['symbol']:7} {when(row['fetched_at'], now):11} {reason}"
        yield cut(f"{row['id']:>8} {row['feed']:{width}} {facts}")
    if len(found) > MOST_LINES:
        yield f"and {len(found) - MOST_LINES} older: narrow it with --feed, --symbol or --reason"
    if any(not row["replayed_at"] for row in found):
        yield "after a release that reads them: `collector quarantine replay`"


def _show(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    with reading(settings) as connection:
        (row,) = _asked(connection, [arguments.id], everything=True)
    for line in [as_json(row)] if arguments.json else shown(row):
        say(line)
    return 0


def shown(row: Row) -> Iterator[str]:
    """One row with everything that is known of it."""
    state = "replayed" if row["replayed_at"] else "waiting"
    yield f"{row['id']} {row['feed']} {row['symbol']}, session {row['session_date']}: {state}"
    for name in ("reason", "fetched_at", "run_id", "replayed_at", "replayed_by", "still_wrong"):
        if row[name] is not None:
            yield from textwrap.wrap(f"{name:12} {row[name]}", WIDTH, subsequent_indent=" " * 13)
    yield ""
    yield row["raw"]


def _asked(connection: Connection, ids: Sequence[int], *, everything: bool) -> list[Row]:
    """Terminal with the fix when one of the ids is not there."""
    found = find(connection, everything=everything, ids=ids)
    lost = sorted(set(ids) - {row["id"] for row in found})
    if lost:
        where = "is" if everything else "waits"
        numbers = ", ".join(map(str, lost))
        raise Terminal(f"no row {numbers} {where} in quarantine: see `collector quarantine list`")
    return found


def _replay(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    with repair.at_work(settings) as work:
        if arguments.ids:
            rows = _asked(work.connection, arguments.ids, everything=False)
        else:
            rows = find(work.connection, feed=arguments.feed)
        reasons = {row["id"]: replay(work, row) for row in reversed(rows)}
        stored = sum(not reason for reason in reasons.values())
        work.message = f"replayed {stored} of {len(rows)} rows in quarantine"
    if arguments.json:
        say(as_json([{"id": number, "still_wrong": reason or None} for number, reason in reasons.items()]))
        return 0
    say(work.message)
    for reason, number in Counter(filter(None, reasons.values())).most_common():
        say(f"{number:>8} still wrong: {reason}")
    return 0


COMMAND = Command(
    "quarantine",
    "rows that could not be read: list, show, replay",
    None,
    words=(
        Command(
            "list",
            "show which rows wait and why",
            _list,
            (
                FEED,
                SYMBOL,
                (("--reason",), {"metavar": "WORDS", "help": "whose reason has these words"}),
                (("--all",), {"action": "store_true", "help": "also those that were replayed"}),
                JSON,
            ),
        ),
        Command("show", "show one row as it came", _show, ((("id",), {"metavar": "ID", "type": int}), JSON)),
        Command(
            "replay",
            "read waiting rows again with this release and store them",
            _replay,
            (FEED, (("ids",), {"metavar": "ID", "type": int, "nargs": "*", "help": "default: all"}), JSON),
        ),
    ),
)
