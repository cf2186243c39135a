"""Tides: net premium of the market, its sectors and its funds, cumulative through the day."""

from typing import Any

from simulator.feeds.asked import Asked, Feed, regular_session
from simulator.model import minutes, restated, tide
from simulator.state import State

SECTORS = (
    "Basic Materials",
    "Communication Services",
    "Consumer Cyclical",
    "Consumer Defensive",
    "Energy",
    "Financial Services",
    "Healthcare",
    "Industrials",
    "Real Estate",
    "Technology",
    "Utilities",
)


def market(state: State, asked: Asked) -> dict[str, Any]:
    """Net premium of the whole market; a switch answers the other step than the one asked for."""
    session = regular_session(state, asked)
    fives = asked.parameters.switch("interval_5m", default=False) != state.faults.wrong_tide_step
    otm_only = asked.parameters.switch("otm_only", default=False)
    if session is None:
        return {"data": []}
    now, step = state.clock.now(), 5 if fives else 1
    return {"data": tide.rows(state.world.seed, session, now, step_minutes=step, otm_only=otm_only)}


def sector(state: State, asked: Asked) -> dict[str, Any]:
    """Net premium of one sector by the minute; its name has spaces."""
    session = regular_session(state, asked)
    name = asked.word(3, "sector", SECTORS)
    if session is None:
        return {"data": []}
    return {"data": tide.sector_rows(state.world.seed, name, session, state.clock.now())}


def fund(state: State, asked: Asked) -> dict[str, Any]:
    """Net premium of one fund by the minute: its net premium ticks, added up."""
    session = regular_session(state, asked)
    if session is None:
        return {"data": []}
    trades = restated.reported(state.world.trades(asked.ticker, session), state.now_ms * 1000)
    return {"data": minutes.tide(trades, session, state.clock.epoch_s())}


PATHS: dict[str, Feed] = {
    "/api/market/market-tide": market,
    "/api/market/{sector}/sector-tide": sector,
    "/api/market/{ticker}/etf-tide": fund,
}
