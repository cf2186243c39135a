"""Days of a symbol, read row by row from wherever they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import whole
from analysis.load.whole import Wanted
from collector.core.clock import new_york_instant

DAY = timedelta(days=1)
AT_ONCE = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """Days of a symbol, the last one included, and where the archive is."""

    connection: Connection
    symbol: str
    first: date
    last: date
    folder: str

    def weeks(self) -> Iterator[Asked]:
        """The same, some days at a time: the prints of a year do not fit into a laptop's memory."""
        first = self.first
        while first <= self.last:
            yield replace(self, first=first, last=min(self.last, first + AT_ONCE - DAY))
            first += AT_ONCE

    def by_time(self, table: str, columns: tuple[str, ...], **only: str) -> pd.DataFrame:
        """Rows whose months go by a time."""
        return self._rows(
            table, new_york_instant(self.first), new_york_instant(self.last + DAY), columns, only
        )

    def by_day(self, table: str, columns: tuple[str, ...], **only: str) -> pd.DataFrame:
        """Rows whose months go by a New York day."""
        return self._rows(table, self.first, self.last + DAY, columns, only)

    def _rows(
        self,
        table: str,
        start: date | datetime,
        end: date | datetime,
        columns: tuple[str, ...],
        only: Mapping[str, str],
    ) -> pd.DataFrame:
        wanted = [(name, tuple(values.split(","))) for name, values in only.items()]
        return whole.rows(
            self.connection,
            Wanted(table, self.symbol, start, end, columns, wanted[0] if wanted else None),
            self.folder,
        )
