"""The rows of one file of sql/queries, from the database alone."""

from __future__ import annotations

from typing import Any

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.store import files


def answer(connection: Connection, query: str, **values: Any) -> pd.DataFrame:  # noqa: ANN401 - SQL's values
    """As they are; whether its days are archived was asked before, or does not matter."""
    with connection.cursor() as cursor:
        cursor.execute(files.query(query), values)
        columns = [column.name for column in cursor.description or ()]
        return pd.DataFrame.from_records(cursor.fetchall(), columns=columns)
