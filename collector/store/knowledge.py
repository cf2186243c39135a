"""What is covered, on disk: all that a pass needs to know while the database is away. A cache, never the truth."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from collector.core.coverage import Covered
from collector.core.intervals import Interval, merged
from collector.core.sessions import Calendar, Session
from collector.store import disk, files
from collector.store.spool import Page

Key = tuple[str, str]


class Knowledge:
    """Coverage by feed and symbol, of the sessions that were looked at last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[Key, dict[date, Covered]] = {}

    def load(self) -> None:
        """What the last pass knew; a file that is gone or damaged costs only requests."""
        try:
            saved = json.loads(self._path.read_text(encoding="utf-8"))
            self._known = {(one["feed"], one["symbol"]): _days(one["days"]) for one in saved}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._known = {}

    def save(self) -> None:
        """Whole or not at all; a pass and a backfill may do so at once, and the last one's counts."""
        saved = [
            {
                "feed": feed,
                "symbol": symbol,
                "days": {day.isoformat(): _plain(one) for day, one in days.items()},
            }
            for (feed, symbol), days in self._known.items()
        ]
        disk.put(self._path, json.dumps(saved))

    def of(self, feed: str, symbol: str, since: date) -> Mapping[date, Covered]:
        """As far as it is known."""
        return {day: one for day, one in self._known.get((feed, symbol), {}).items() if day >= since}

    def learn(self, known: Mapping[Key, Mapping[date, Covered]]) -> None:
        """All that the database said, in place of what was known before."""
        self._known = {key: dict(days) for key, days in known.items()}

    def add(self, page: Page) -> None:
        """A page was kept, in the database or in the spool."""
        days = self._known.setdefault((page.feed, page.symbol), {})
        before = days.get(page.session_date, Covered())
        new = [page.covered] if page.covered else []
        days[page.session_date] = Covered(
            merged([*before.covered, *new]),
            merged([*before.settled, *(new if page.settled else [])]),
            merged([*before.confirmed, *(new if page.confirmed else [])]),
            max(filter(None, (before.collected_at, page.fetched_at))),
        )


def packaged_calendar() -> Calendar:
    """The trading days that this release brings along, for when the database cannot be asked."""
    path = files.root() / "reference" / "market_sessions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return Calendar(
            tuple(
                Session(date.fromisoformat(row[0]), *map(datetime.fromisoformat, row[1:]))
                for row in list(csv.reader(file))[1:]
            )
        )


def _plain(one: Covered) -> dict[str, Any]:
    return {
        "covered": _texts(one.covered),
        "settled": _texts(one.settled),
        "confirmed": _texts(one.confirmed),
        "collected_at": one.collected_at.isoformat() if one.collected_at else None,
    }


def _texts(intervals: Sequence[Interval]) -> list[list[str]]:
    return [[start.isoformat(), end.isoformat()] for start, end in intervals]


def _days(saved: Mapping[str, Any]) -> dict[date, Covered]:
    return {date.fromisoformat(day): _covered(one) for day, one in saved.items()}


def _covered(one: Mapping[str, Any]) -> Covered:
    at = one["collected_at"]
    return Covered(
        _intervals(one["covered"]),
        _intervals(one["settled"]),
        _intervals(one["confirmed"]),
        datetime.fromisoformat(at) if at else None,
    )


def _intervals(texts: Sequence[Sequence[str]]) -> list[Interval]:
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in texts]
