"""Implied and realized volatility."""

from typing import Any

from simulator.feeds.asked import Asked, Feed, regular_session
from simulator.feeds.timeframe import sessions
from simulator.model import iv_rank, volatility
from simulator.state import State

TIMESPANS = {"1w": 5, "1m": 21, "3m": 63, "6m": 126, "1y": 252}


def iv_ranks(state: State, asked: Asked) -> dict[str, Any]:
    """IV rank of the last sessions."""
    session = state.session_for(asked.parameters.date(), extended=False)
    count = TIMESPANS.get(asked.parameters.choice("timespan", tuple(TIMESPANS)), iv_rank.SESSIONS)
    if session is None:
        return {"data": []}
    return {"data": iv_rank.rows(state.world.seed, asked.ticker, session, state.clock.now(), count)}


def interpolated(state: State, asked: Asked) -> dict[str, Any]:
    """Nine tenors."""
    session = regular_session(state, asked)
    if session is None:
        return {"data": []}
    return {"data": volatility.interpolated(state.world.seed, asked.ticker, session, state.clock.now())}


def term_structure(state: State, asked: Asked) -> dict[str, Any]:
    """One row an expiry."""
    session = regular_session(state, asked)
    if session is None:
        return {"data": []}
    return {"data": volatility.term_structure(state.world.seed, asked.ticker, session, state.clock.now())}


def stats(state: State, asked: Asked) -> dict[str, Any]:
    """One object, not a list; of a day without a session nothing is known."""
    session = regular_session(state, asked)
    if session is None:
        return {"data": {}}
    return {"data": volatility.stats(state.world.seed, asked.ticker, session, state.clock.now())}


def realized(state: State, asked: Asked) -> dict[str, Any]:
    """One row a session of the timeframe, oldest first."""
    session = regular_session(state, asked)
    days = sessions(asked.parameters, session) if session else []
    now = state.clock.now()
    return {"data": volatility.history(state.world.seed, asked.ticker, days, now) if days else []}


PATHS: dict[str, Feed] = {
    "/api/stock/{ticker}/iv-rank": iv_ranks,
    "/api/stock/{ticker}/interpolated-iv": interpolated,
    "/api/stock/{ticker}/volatility/stats": stats,
    "/api/stock/{ticker}/volatility/realized": realized,
    "/api/stock/{ticker}/volatility/term-structure": term_structure,
}
