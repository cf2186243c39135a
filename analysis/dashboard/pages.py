"""From what was asked to a page, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.dashboard import day, levels, overview, strike
from analysis.dashboard.asked import Asked, NoSuchPage, read
from analysis.dashboard.frame import Frame, plain
from analysis.load import archive, browsed
from analysis.load.kept import Kept
from collector.core.errors import CollectorError, DatabaseAway

PAGES: dict[str, Callable[[Connection, Frame], str]] = {
    "overview": overview.html,
    "day": day.html,
    "levels": levels.html,
    "strike": strike.html,
}


def answer(
    kept: Kept, page: str, query: str, now: datetime, folder: str = archive.FOLDER
) -> tuple[HTTPStatus, str]:
    """A status and a whole document."""
    try:
        asked = read(page, query)
        return HTTPStatus.OK, kept.ask(
            lambda connection: PAGES[asked.page](connection, _frame(connection, asked, now, folder))
        )
    except NoSuchPage as reason:
        return HTTPStatus.NOT_FOUND, plain("Nothing to show", str(reason))
    except DatabaseAway as reason:
        said = f"The database cannot be reached: {reason}. Reload the page; make doctor says what is wrong."
        return HTTPStatus.SERVICE_UNAVAILABLE, plain("No database", said)
    except CollectorError as reason:
        return HTTPStatus.NOT_FOUND, plain("Nothing to show", f"Not asked: {reason}.")


def _frame(connection: Connection, asked: Asked, now: datetime, folder: str) -> Frame:
    known = browsed.collected(connection)
    if not known:
        raise NoSuchPage("Nothing was collected yet: make status says when the next run is.")
    if asked.page == "overview":
        asked = replace(asked, symbol="", strike=None)
    elif asked.symbol not in known:
        raise NoSuchPage(f"{asked.symbol} is not collected here; collected are: {', '.join(known)}.")
    newest = known[asked.symbol].newest if asked.symbol else max(one.newest for one in known.values())
    on = asked.day or newest
    many = asked.sessions if asked.page in {"levels", "strike"} else 1
    days = browsed.days(connection, on, many)
    if days is None:
        raise NoSuchPage(f"{on:%A} {on} is no trading day that this release's calendar knows.")
    if many > 1:
        oldest = known[asked.symbol].oldest
        days = replace(days, before=tuple(one for one in days.before if one.date >= oldest))
    return Frame(asked, known, days, now, folder)
