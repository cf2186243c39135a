"""What was computed of sessions, stored: all of it or nothing, and never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.computed import Line
from collector.core.errors import BadPayload
from collector.store import outbox
from collector.store.database import first_line, transaction


@dataclass(frozen=True)
class Kept:
    """By kind: how many lines there were, and how many of them were new."""

    given: Mapping[str, int]
    new: Mapping[str, int]


def keep(connection: Connection, lines: Iterable[Line], before: datetime) -> Kept:
    """All in one transaction; what is there already stays as it is. Pages from `before` are forgotten.

    Raises:
        BadPayload: a line breaks a rule of its table, so that none is stored.
    """
    given: Counter[str] = Counter()
    new: Counter[str] = Counter()
    try:
        with transaction(connection), connection.cursor() as cursor:
            outbox.execute(cursor, "outbox_pages_forget", {"before": before})
            for line in lines:
                given[line.kind] += 1
                new[line.kind] += outbox.execute(cursor, line.query, line.values)
    except (psycopg2.IntegrityError, psycopg2.DataError) as wrong:
        raise BadPayload(f"refused, nothing was stored: {first_line(wrong)}") from wrong
    return Kept(given, new)
