"""What happened off and on the exchanges: prints, lit trades and the volume at each price."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import Any

from simulator.clock.calendar import Session, sessions_back
from simulator.feeds.asked import Asked, Feed, regular_session
from simulator.model import darkpool_query, levels, restated
from simulator.model.darkpool import Print
from simulator.model.darkpool_query import PAGE, DarkpoolQuery
from simulator.state import State

RECENT, MOST_RECENT = 100, 200


def darkpool(state: State, asked: Asked) -> dict[str, Any]:
    """Prints of one ticker."""
    day = asked.parameters.date()
    query = replace(asked.parameters.darkpool(), limit=asked.limit(PAGE, PAGE))
    session = state.session_for(day)
    if session is None:
        return {"data": []}
    prints = state.world.prints(asked.ticker, session)
    if day is not None and state.faults.leak_previous_session:
        prints = _after_hours_before(state, asked.ticker, session) + prints
    return _page(state, prints, query)


def recent(state: State, asked: Asked) -> dict[str, Any]:
    """The newest prints of all tickers; it knows no cursor."""
    limit = asked.limit(RECENT, MOST_RECENT)
    query = replace(asked.parameters.darkpool(), newer_than=None, older_than=None, limit=limit)
    session = state.session_for(asked.parameters.date())
    if session is None:
        return {"data": []}
    tapes = (state.world.prints(symbol, session) for symbol in state.world.symbols)
    prints = sorted((this for tape in tapes for this in tape), key=attrgetter("ms"))
    return _page(state, prints, query)


def lit_flow(state: State, asked: Asked) -> dict[str, Any]:
    """Lit trades of one ticker, always newest first."""
    limit = asked.limit(PAGE, PAGE)
    query = replace(asked.parameters.darkpool(), ascending=False, order_by="executed_at", limit=limit)
    session = state.session_for(asked.parameters.date())
    return _page(state, state.world.lit(asked.ticker, session) if session else [], query)


def price_levels(state: State, asked: Asked) -> dict[str, Any]:
    """Dark and regular volume at rounded prices, beside the date they are of."""
    session = state.session_for(asked.parameters.date())
    if session is None:
        return {"data": [], "date": str(asked.parameters.date())}
    found = _volumes(state, asked.ticker, session, levels.COARSE)
    return {"data": levels.darkpool_rows(found), "date": session.date.isoformat()}


def stock_levels(state: State, asked: Asked) -> dict[str, Any]:
    """Lit and dark volume at each price, which is a JSON number."""
    session = state.session_for(asked.parameters.date())
    if session is None:
        return {"data": []}
    return {"data": levels.stock_rows(_volumes(state, asked.ticker, session, levels.FINE))}


def option_levels(state: State, asked: Asked) -> dict[str, Any]:
    """Calls and puts at each price of the underlying; the newest trades still settle."""
    session = regular_session(state, asked)
    if session is None:
        return {"data": []}
    trades = restated.reported(state.world.trades(asked.ticker, session), state.now_ms * 1000)
    return {"data": levels.option_rows(state.world.seed, asked.ticker, session, trades)}


def _page(state: State, prints: Sequence[Print], query: DarkpoolQuery) -> dict[str, Any]:
    rows = darkpool_query.answer(prints, query, state.now_ms)
    return {"data": [row for row in rows if not state.faults.loses_a_row()]}


def _after_hours_before(state: State, ticker: str, session: Session) -> list[Print]:
    before = sessions_back(date.fromordinal(session.date.toordinal() - 1), 1)[0]
    bell = before.closes_at.timestamp()
    return [this for this in state.world.prints(ticker, before) if this.second >= bell]


def _volumes(state: State, ticker: str, session: Session, step: int) -> levels.Volumes:
    dark, lit = state.world.prints(ticker, session), state.world.lit(ticker, session)
    return levels.volumes(dark, lit, state.now_ms, step)


# The fixed word comes before the ticker that would swallow it.
PATHS: dict[str, Feed] = {
    "/api/darkpool/recent": recent,
    "/api/darkpool/{ticker}": darkpool,
    "/api/darkpool/{ticker}/price-levels": price_levels,
    "/api/lit-flow/{ticker}": lit_flow,
    "/api/stock/{ticker}/stock-volume-price-levels": stock_levels,
    "/api/stock/{ticker}/option/stock-price-levels": option_levels,
}
