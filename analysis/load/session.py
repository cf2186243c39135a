"""All that a report asks about one symbol and session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import archive, postgresql
from analysis.report.material import Material
from collector import sources
from collector.core.errors import Terminal
from collector.core.sessions import Session

BLOCK_DAYS, RULE_DAYS = 30, 130
ONE_DAY = timedelta(days=1)
MARKET = "MARKET"
SECTORS = sources.by_name("sector_tide").symbols(())


def symbols(connection: Connection) -> list[str]:
    """The symbols that are collected."""
    feeds = [source.name for source in sources.registered() if source.scope is None]
    return list(postgresql.ask(connection, "analysis_symbols", feeds=feeds)["symbol"])


def newest(connection: Connection, symbol: str, folder: str = archive.FOLDER) -> date | None:
    """The newest session of which anything of the symbol is here."""
    found = (postgresql.newest_session(connection, symbol), postgresql.newest_day(connection, symbol, folder))
    return max((day for day in found if day is not None), default=None)


def session_of(connection: Connection, day: date) -> Session | None:
    """The exchanges' session of that date; None when there was none."""
    return next(iter(sessions(connection, day, day)), None)


def sessions(connection: Connection, first: date, last: date) -> tuple[Session, ...]:
    """The exchanges' sessions from the first to the last day, both included."""
    rows = postgresql.answer(connection, "market_sessions", since=first)
    times = [
        [one.to_pydatetime() for one in rows[name]] for name in ("opens_at", "closes_at", "options_close_at")
    ]
    found = (Session(*row) for row in zip(rows["session_date"], *times, strict=True))
    return tuple(one for one in found if one.date <= last)


def material(connection: Connection, symbol: str, session: Session, folder: str = archive.FOLDER) -> Material:
    """Ask everything; a question that is refused (its days are archived) leaves the rest as it is."""
    day = session.date
    asked: dict[str, Callable[[], pd.DataFrame]] = {
        "prints": lambda: postgresql.prints(connection, symbol, day, folder)
    }
    of_day: dict[str, object] = {"symbol": symbol, "session_date": day}
    of_days: dict[str, object] = {"symbol": symbol, "first_date": day, "last_date": day}
    before: dict[str, object] = {
        **of_days,
        "first_date": day - timedelta(days=BLOCK_DAYS),
        "last_date": day - ONE_DAY,
    }
    long: dict[str, object] = {**of_days, "first_date": day - timedelta(days=RULE_DAYS)}
    questions: tuple[tuple[str, str, dict[str, object]], ...] = (
        (
            "completeness",
            "analysis_completeness",
            {"symbols": [symbol, MARKET, *SECTORS], "session_date": day},
        ),
        ("sizes", "analysis_print_sizes", before),
        ("bars", "analysis_bars", of_days),
        ("volumes", "analysis_levels", of_day),
        ("per_expiry", "analysis_flow", {**of_day, "flow_type": "per_expiry"}),
        ("per_strike", "analysis_flow", {**of_day, "flow_type": "per_strike"}),
        ("net_premium", "analysis_net_premium", of_days),
        *tides(symbol, day),
        *through(symbol, day),
        ("alerts", "analysis_flow_alerts", of_day),
        ("hits", "analysis_alert_hits", of_day),
        ("iv_rank", "analysis_iv_rank", of_day),
        ("facts", "analysis_facts", long),
        ("opens", "analysis_opens", long),
    )
    asked |= {name: _question(connection, query, folder, values) for name, query, values in questions}
    answers = {name: _answer(ask) for name, ask in asked.items()}
    rows = {name: one for name, one in answers.items() if not isinstance(one, str)}
    refused = {name: one for name, one in answers.items() if isinstance(one, str)}
    return Material(symbol, session, rows, refused)


def tides(symbol: str, day: date) -> tuple[tuple[str, str, dict[str, object]], ...]:
    """What is asked about the market's, the sectors' and the ETF's tide."""
    return (
        ("tide", "analysis_tide", {"symbol": MARKET, "session_date": day}),
        ("sectors", "analysis_tides", {"symbols": list(SECTORS), "session_date": day}),
        ("holdings", "analysis_tide", {"symbol": symbol, "session_date": day}),
    )


def through(symbol: str, day: date) -> tuple[tuple[str, str, dict[str, object]], ...]:
    """What is asked about strikes and expiries through the session."""
    asked: dict[str, object] = {"symbol": symbol, "session_date": day}
    return tuple(
        (f"through_{kind}", "analysis_flow_through", {**asked, "flow_type": f"per_{kind}"})
        for kind in ("strike", "expiry")
    )


def _answer(ask: Callable[[], pd.DataFrame]) -> pd.DataFrame | str:
    """The rows, or why the question was refused."""
    try:
        return ask()
    except Terminal as reason:
        return str(reason)


def _question(
    connection: Connection, query: str, folder: str, values: dict[str, object]
) -> Callable[[], pd.DataFrame]:
    return lambda: postgresql.ask(connection, query, folder, **values)
