"""What the dashboard asks: one session, or the vendor's own sums of some; never the prints of more than a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import postgresql
from analysis.load.session import MARKET, SECTORS, through, tides
from analysis.report.material import Material
from collector import sources
from collector.core.sessions import Session


@dataclass(frozen=True)
class Span:
    """The first and the last session of which anything was collected."""

    oldest: date
    newest: date


@dataclass(frozen=True)
class Days:
    """A session, those before it (the nearest first), and the one after it."""

    session: Session
    before: tuple[Session, ...]
    after: date | None

    @property
    def all(self) -> tuple[Session, ...]:
        """From the oldest to the session itself."""
        return (*reversed(self.before), self.session)

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.all[0].date, self.session.date


def collected(connection: Connection) -> dict[str, Span]:
    """By symbol."""
    feeds = [source.name for source in sources.registered() if source.scope is None]
    rows = postgresql.answer(connection, "dashboard_symbols", feeds=feeds)
    return {row.symbol: Span(row.oldest, row.newest) for row in rows.itertuples()}


def days(connection: Connection, day: date, most: int) -> Days | None:
    """The session and up to `most` - 1 before it; None when the day is none."""
    rows = postgresql.answer(connection, "dashboard_sessions", session_date=day, most=max(most, 2))
    found = [
        Session(
            row.session_date,
            *(getattr(row, name).to_pydatetime() for name in ("opens_at", "closes_at", "options_close_at")),
        )
        for row in rows.itertuples()
    ]
    after = next((one.date for one in found if one.date > day), None)
    until = [one for one in found if one.date <= day]
    return Days(until[0], tuple(until[1:]), after) if until and until[0].date == day else None


def overview(
    connection: Connection, symbols: Sequence[str], day: date, folder: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A line a symbol, and how far each feed came.

    Raises:
        Terminal: the day is archived and the archive is not here; so do the others.
    """
    ask = postgresql.asker(connection, day, day, folder)
    lines = ask("dashboard_overview", symbols=list(symbols), session_date=day)
    known = postgresql.answer(
        connection, "analysis_completeness", symbols=[*symbols, MARKET], session_date=day
    )
    return lines, known


def day(connection: Connection, symbol: str, session: Session, folder: str) -> Material:
    """As a report's, but for what needs the prints one by one or more than this session of them."""
    on = session.date
    ask = postgresql.asker(connection, on, on, folder)
    of_day: dict[str, object] = {"symbol": symbol, "session_date": on}
    of_days: dict[str, object] = {"symbol": symbol, "first_date": on, "last_date": on}
    questions: tuple[tuple[str, str, dict[str, object]], ...] = (
        (
            "completeness",
            "analysis_completeness",
            {"symbols": [symbol, MARKET, *SECTORS], "session_date": on},
        ),
        ("by_price", "dashboard_prints", of_day),
        ("bars", "analysis_bars", of_days),
        ("volumes", "analysis_levels", of_day),
        ("per_expiry", "dashboard_flow", {**of_day, "flow_type": "per_expiry"}),
        ("per_strike", "dashboard_flow", {**of_day, "flow_type": "per_strike"}),
        ("net_premium", "analysis_net_premium", of_days),
        *tides(symbol, on),
        *through(symbol, on),
        ("alerts", "analysis_flow_alerts", of_day),
        ("hits", "analysis_alert_hits", of_day),
        ("iv_rank", "analysis_iv_rank", of_day),
    )
    rows = {name: ask(query, **values) for name, query, values in questions}
    return Material(symbol, session, rows, {})


def levels(
    connection: Connection, symbol: str, span: tuple[date, date], folder: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The vendor's volume by price over the sessions, and by session."""
    ask = postgresql.asker(connection, *span, folder)
    values: dict[str, object] = {"symbol": symbol, "first_date": span[0], "last_date": span[1]}
    return ask("dashboard_levels", **values), ask("dashboard_levels_by_day", **values)


def strike(
    connection: Connection, symbol: str, at: Decimal, span: tuple[date, date], folder: str
) -> pd.DataFrame:
    """A line a session in which the strike was."""
    ask = postgresql.asker(connection, *span, folder)
    return ask("dashboard_strike", symbol=symbol, strike=at, first_date=span[0], last_date=span[1])


def fetched(connection: Connection, feed: str, symbol: str, first: date, last: date) -> pd.DataFrame:
    """How far the feed came in each session."""
    return postgresql.answer(
        connection, "dashboard_fetched", feed=feed, symbol=symbol, first_date=first, last_date=last
    )
