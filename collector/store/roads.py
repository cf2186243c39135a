"""Where the prints of REST and of the live stream meet, so that a print is one row (docs/decisions/0008)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.source import Road, Source
from collector.store import files


def meet(cursor: Cursor, source: Source, rows: Sequence[Any]) -> tuple[int, int] | None:
    """Rows stored and updated when that is all there is to do; None when the rows are to be merged as usual.

    Until the transaction ends, the other road waits with the symbols of these rows.
    """
    if source.road is None or not rows:
        return None
    by_symbol: dict[str, list[Any]] = {}
    for row in rows:
        by_symbol.setdefault(row.symbol, []).append(row)
    # In one order for everybody, so that two never wait for each other.
    symbols = sorted(by_symbol)
    cursor.execute(files.query("lock_prints"), {"symbols": symbols})
    if source.road is Road.STREAM:
        done = [_insert(cursor, by_symbol[symbol]) for symbol in symbols]
        return sum(stored for stored, _ in done), sum(updated for _, updated in done)
    for symbol in symbols:
        _adopt(cursor, by_symbol[symbol])
    return None


def _insert(cursor: Cursor, rows: Sequence[Any]) -> tuple[int, int]:
    cursor.execute(files.query("stream_prints"), {**_span(rows), "rows": _json(rows)})
    ((stored, updated),) = cursor.fetchall()
    return int(stored), int(updated)


def _adopt(cursor: Cursor, rows: Sequence[Any]) -> None:
    """Reads the page as JSON only where the stream left something: a page of a day without it costs a look-up."""
    span = _span(rows)
    cursor.execute(files.query("provisional_prints"), span)
    ((found,),) = cursor.fetchall()
    if found:
        cursor.execute(files.query("adopt_prints"), {**span, "rows": _json(rows)})


def _span(rows: Sequence[Any]) -> dict[str, Any]:
    """The rows' symbol and bounds of time, which say to PostgreSQL in which months to look."""
    times = [row.executed_at for row in rows]
    return {"symbol": rows[0].symbol, "first": min(times), "last": max(times)}


def _json(rows: Sequence[Any]) -> str:
    """Exact numbers and times as text, which the query gives their types again."""
    return json.dumps([row._asdict() for row in rows], default=str)
