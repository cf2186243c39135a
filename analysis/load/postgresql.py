"""PostgreSQL: a query of sql/queries in, a pandas table or a plain value out. Numbers stay Decimal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pandas as pd
import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import archive, here, questions, whole
from analysis.load.runs import runs
from analysis.load.whole import Wanted
from collector.core.clock import new_york_date, new_york_day, new_york_instant
from collector.core.errors import DatabaseAway, Terminal
from collector.core.intervals import Interval

# Nothing here writes, and no question may keep the server from its work.
_READER = "-c default_transaction_read_only=on -c statement_timeout=60s -c timezone=UTC"

# For those that need no archive.
answer = here.answer
Ask = Callable[..., pd.DataFrame]
PRINT = (
    "executed_at",
    "price",
    "size",
    "volume",
    "nbbo_bid",
    "nbbo_ask",
    "sale_cond_codes",
    "trade_code",
    "canceled",
)


@contextmanager
def connect(dsn: str) -> Iterator[Connection]:
    """A read-only connection that is closed afterwards.

    Raises:
        DatabaseAway: it cannot be reached, or went away.
        Terminal: it is not a database of this release, or this user may not read it.
    """
    connection = opened(dsn)
    try:
        with translated():
            yield connection
    finally:
        connection.close()


def opened(dsn: str) -> Connection:
    """A read-only connection.

    Raises:
        DatabaseAway: it cannot be reached.
    """
    try:
        connection = psycopg2.connect(dsn, options=_READER, connect_timeout=10, application_name="analysis")
        # What was taken out of the table in between is still seen there by everything after the first look.
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    except psycopg2.OperationalError as error:
        raise DatabaseAway(_first_line(error)) from error
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """The driver's errors become ours."""
    try:
        yield
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise DatabaseAway(_first_line(error)) from error
    except psycopg2.ProgrammingError as error:
        raise Terminal(_first_line(error)) from error


def prints(connection: Connection, symbol: str, day: date, folder: str = archive.FOLDER) -> pd.DataFrame:
    """All dark-pool prints of a New York day, cancelled ones too, in the order of the tape.

    Cancelled and off-market ones too: who leaves them out can then say how many. Not those that the vendor no
    longer shows: trading.print_summary counts them.
    """
    wanted = Wanted("darkpool_trades", (symbol,), *new_york_day(day), (*PRINT, "missing_since"))
    found = whole.rows(connection, wanted, folder)
    shown = found[found["missing_since"].isna()]
    return shown.sort_values(["executed_at", "volume"], kind="stable").reset_index(drop=True)[list(PRINT)]


def newest_day(connection: Connection, symbol: str, folder: str = archive.FOLDER) -> date | None:
    """The last New York day with a print; None if there is none at all."""
    newest: date | None = answer(connection, "darkpool_newest_day", symbol=symbol).iloc[0, 0]
    months = () if newest else answer(connection, "archived_months", table="darkpool_trades")["month"]
    for month in months:
        following = (month + timedelta(days=32)).replace(day=1)
        span = (new_york_instant(month), new_york_instant(following))
        found = whole.rows(connection, Wanted("darkpool_trades", (symbol,), *span, ("executed_at",)), folder)
        if len(found):
            return new_york_date(found["executed_at"].max())
    return newest


def newest_session(connection: Connection, symbol: str) -> date | None:
    """The last session with options flow or bars; None if there is none at all."""
    newest: date | None = answer(connection, "analysis_newest_session", symbol=symbol).iloc[0, 0]
    return newest


def covered(connection: Connection, symbol: str, day: date) -> list[Interval]:
    """The intervals of the day whose prints were collected."""
    found = answer(connection, "darkpool_covered", symbol=symbol, session_date=day)
    return [(start.to_pydatetime(), end.to_pydatetime()) for start, end in found.itertuples(index=False)]


def ask(
    connection: Connection,
    query: str,
    folder: str = archive.FOLDER,
    /,
    **values: Any,  # noqa: ANN401 - SQL's values
) -> pd.DataFrame:
    """The rows of one file of sql/queries, as they are; where months of them are archived, from there too.

    Raises:
        Terminal: a month of the days asked about is archived, and this question reads the database only.
    """
    first, last = questions.span(values)
    if not (first and last) or query in questions.ALWAYS_HERE:
        return answer(connection, query, **values)
    return asker(connection, first, last, folder)(query, **values)


def asker(connection: Connection, first: date, last: date, folder: str = archive.FOLDER) -> Ask:
    """Asks any number of questions about these days as `ask` does: what is archived of them is looked up once."""
    begin = first - max(questions.LOOKS_BACK.values())
    gone = frozenset(answer(connection, "archived_months_between", first=begin, last=last)["month"])
    return lambda query, **values: _by_months(connection, query, folder, gone, values)


def _by_months(
    connection: Connection, query: str, folder: str, gone: frozenset[date], values: dict[str, Any]
) -> pd.DataFrame:
    first, last = questions.span(values)
    months = questions.months(query, first, last, gone)
    if not months or query in questions.ALWAYS_HERE:
        return answer(connection, query, **values)
    if query not in questions.ANSWERS:
        raise Terminal(
            f"{min(months):%Y-%m} is archived, and this question reads the database only: "
            "ask about later days, or read both by analysis.load.whole"
        )
    asked = questions.Question(connection, query, values, folder)
    if "session_date" in values:
        return asked.archived(last, last)
    parts = [
        asked.archived(run.first, run.last)
        if run.archived
        else answer(connection, query, **{**values, "first_date": run.first, "last_date": run.last})
        for run in runs(first, last, months)
    ]
    return asked.together(parts)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
