"""Days of some symbols, read row by row from wherever they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import whole
from analysis.load.whole import Wanted
from collector.core.clock import new_york_instant

DAY = timedelta(days=1)
AT_ONCE = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """Days of some symbols, the last one included, and where the archive is."""

    connection: Connection
    symbols: tuple[str, ...]
    first: date
    last: date
    folder: str

    def weeks(self) -> Iterator[Asked]:
        """The same, some days at a time: the prints of a year do not fit into a laptop's memory."""
        first = self.first
        while first <= self.last:
            yield replace(self, first=first, last=min(self.last, first + AT_ONCE - DAY))
            first += AT_ONCE

    def by_time(self, table: str, columns: tuple[str, ...], **only: Sequence[Any]) -> pd.DataFrame:
        """Rows whose months go by a time."""
        span = (new_york_instant(self.first), new_york_instant(self.last + DAY))
        return whole.rows(self.connection, Wanted(table, self.symbols, *span, columns, only), self.folder)

    def by_day(self, table: str, columns: tuple[str, ...], **only: Sequence[Any]) -> pd.DataFrame:
        """Rows whose months go by a New York day."""
        return whole.rows(self.connection, self._days(table, columns, only), self.folder)

    def last_by_day(self, table: str, columns: tuple[str, str], **only: Sequence[Any]) -> dict[Any, Any]:
        """The greatest value of the second column for each of the first."""
        return whole.last(self.connection, self._days(table, columns, only), self.folder)

    def _days(self, table: str, columns: tuple[str, ...], only: Mapping[str, Sequence[Any]]) -> Wanted:
        return Wanted(table, self.symbols, self.first, self.last + DAY, columns, only)
