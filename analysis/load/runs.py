"""Days asked about, cut where months begin that have left the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Run:
    """Days in a row, both ends included, of months that are all archived or all here."""

    archived: bool
    first: date
    last: date


def runs(first: date, last: date, gone: Collection[date]) -> Iterator[Run]:
    """All days from the first to the last, in their order, each once; `gone` are the first days of archived months."""
    begin = first
    while begin <= last:
        archived, end = begin.replace(day=1) in gone, _month_after(begin)
        while end <= last and (end in gone) == archived:
            end = _month_after(end)
        yield Run(archived, begin, min(end - DAY, last))
        begin = end


def _month_after(day: date) -> date:
    return (day.replace(day=1) + 32 * DAY).replace(day=1)
