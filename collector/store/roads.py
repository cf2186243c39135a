"""Where the prints of REST and of the live stream meet, so that a print is one row (docs/decisions/0008).

The stream sends no tracking_id: five facts say which print is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.source import Road, Source
from collector.store import files

Facts = tuple[datetime, Decimal, Decimal, Decimal]


def meet(cursor: Cursor, source: Source, rows: Sequence[Any]) -> tuple[Sequence[Any], int]:
    """The rows that are left to be merged as usual, and how many were updated here.

    The rows are prints of one symbol. Until the transaction ends, the other road waits with that symbol.
    """
    if source.road is None or not rows:
        return rows, 0
    symbol = rows[0].symbol
    cursor.execute(files.query("lock_prints"), {"symbol": symbol})
    if source.road is Road.STREAM:
        return _unknown(cursor, symbol, rows)
    _adopt(cursor, symbol, rows)
    return rows, 0


def _unknown(cursor: Cursor, symbol: str, rows: Sequence[Any]) -> tuple[Sequence[Any], int]:
    """What no row has the five facts of, each once; a cancel reaches the row that has them, if it is one only."""
    # The last of the same facts stays, so a cancel stands behind what it takes back.
    shown = {_facts(row): row for row in sorted(rows, key=lambda row: bool(row.canceled))}
    cursor.execute(
        files.query("prints_of_seconds"),
        {"symbol": symbol, "seconds": list({row.executed_at for row in rows})},
    )
    known: dict[Facts, list[tuple[int, bool]]] = {}
    for number, *facts, canceled in cursor.fetchall():
        known.setdefault(_as_facts(facts), []).append((number, canceled))
    updated = _cancel(cursor, shown, known)
    return [row for facts, row in shown.items() if facts not in known], updated


def _cancel(
    cursor: Cursor, shown: Mapping[Facts, Any], known: Mapping[Facts, Sequence[tuple[int, bool]]]
) -> int:
    ids = [
        known[facts][0][0]
        for facts, row in shown.items()
        if row.canceled and len(known.get(facts, ())) == 1 and not known[facts][0][1]
    ]
    if ids:
        seen_at = next(iter(shown.values())).collection_time
        cursor.execute(files.query("cancel_prints"), {"ids": ids, "seen_at": seen_at})
    return len(ids)


def _adopt(cursor: Cursor, symbol: str, rows: Sequence[Any]) -> None:
    """Of twins that REST tells apart one takes the row of the stream; the others are inserted behind this."""
    times = [row.executed_at for row in rows]
    span = {"symbol": symbol, "first": min(times), "last": max(times)}
    cursor.execute(files.query("provisional_prints"), span)
    waiting = {_as_facts(facts): number for number, *facts in cursor.fetchall()}
    if not waiting:
        return
    named = {waiting[facts]: row.tracking_id for row in rows if (facts := _facts(row)) in waiting}
    if named:
        cursor.execute(
            files.query("adopt_prints"), {"ids": list(named), "tracking_ids": list(named.values())}
        )


def _facts(row: Any) -> Facts:  # noqa: ANN401 - a print of either road
    return row.executed_at, row.price, row.size, row.volume


def _as_facts(values: Sequence[Any]) -> Facts:
    executed_at, price, size, volume = values
    return executed_at, price, size, volume
