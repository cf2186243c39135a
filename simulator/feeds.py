"""What each path of the API answers; to exist is to be listed in FEEDS."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from simulator import answers
from simulator.answers import Answer
from simulator.clock.calendar import Session, sessions_back
from simulator.model import darkpool_query, flow, iv_rank, tide
from simulator.model.darkpool import Print
from simulator.model.options import Trade
from simulator.parameters import TICKER, Parameters
from simulator.state import State

TIMESPANS = {"1w": 5, "1m": 21, "3m": 63, "6m": 126, "1y": 252}
SIDES = ("ALL", "ASK", "BID", "MID")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request without its headers."""

    path: str
    query: str
    parameters: Parameters
    ticker: str = ""


Feed = Callable[[State, Asked], Any]


def answer(state: State, feed: Feed, asked: Asked) -> Answer:
    """Check what every feed checks, then let the feed answer."""
    if asked.ticker and asked.ticker not in state.world.symbols:
        if TICKER.fullmatch(asked.ticker):
            return answers.unknown_ticker()
        problem = f"Invalid path input: {asked.ticker} (Invalid input format.)"
        return answers.invalid(asked.path, asked.query, [problem])
    day = asked.parameters.date()
    if day is not None and day < state.earliest_day():
        return answers.history_missing(day.isoformat(), state.earliest_day(), state.history_days)
    body = feed(state, asked)
    if asked.parameters.problems:
        problem = "Invalid query input(s): " + ", ".join(dict.fromkeys(asked.parameters.problems))
        return answers.invalid(asked.path, asked.query, [problem])
    return answers.data(body)


def darkpool(state: State, asked: Asked) -> dict[str, Any]:
    """Prints of one ticker."""
    day = asked.parameters.date()
    query = asked.parameters.darkpool()
    session = state.session_for(day)
    if session is None:
        return {"data": []}
    prints = state.world.prints(asked.ticker, session)
    if day is not None and state.faults.leak_previous_session:
        prints = _after_hours_before(state, asked.ticker, session) + prints
    rows = darkpool_query.answer(prints, query, state.now_ms)
    return {"data": [row for row in rows if not state.faults.loses_a_row()]}


def _after_hours_before(state: State, ticker: str, session: Session) -> list[Print]:
    before = sessions_back(date.fromordinal(session.date.toordinal() - 1), 1)[0]
    bell = before.closes_at.timestamp()
    return [this for this in state.world.prints(ticker, before) if this.second >= bell]


def _trades(state: State, asked: Asked) -> tuple[Session | None, list[Trade]]:
    session = state.session_for(asked.parameters.date(), extended=False)
    if session is None:
        return None, []
    return session, flow.until(state.world.trades(asked.ticker, session), state.now_ms * 1000)


def flow_per_strike(state: State, asked: Asked) -> list[dict[str, Any]]:
    """Sums per strike."""
    session, trades = _trades(state, asked)
    return flow.per_strike(trades, session.date) if session else []


def flow_per_expiry(state: State, asked: Asked) -> list[dict[str, Any]]:
    """Sums per expiry."""
    session, trades = _trades(state, asked)
    return flow.per_expiry(trades, session.date) if session else []


def flow_recent(state: State, asked: Asked) -> list[dict[str, Any]]:
    """The last trades; the path knows no date."""
    session = state.session_for(None, extended=False)
    side = asked.parameters.choice("side", SIDES)
    least = asked.parameters.integer("min_premium") or 0
    if session is None:
        return []
    trades = flow.until(state.world.trades(asked.ticker, session), state.now_ms * 1000)
    return flow.recent(trades, side, least)


def iv_ranks(state: State, asked: Asked) -> dict[str, Any]:
    """IV rank of the last sessions."""
    session = state.session_for(asked.parameters.date(), extended=False)
    count = TIMESPANS.get(asked.parameters.choice("timespan", tuple(TIMESPANS)), iv_rank.SESSIONS)
    if session is None:
        return {"data": []}
    return {"data": iv_rank.rows(state.world.seed, asked.ticker, session, state.clock.now(), count)}


def market_tide(state: State, asked: Asked) -> dict[str, Any]:
    """Net premium of the whole market."""
    session = state.session_for(asked.parameters.date(), extended=False)
    step = 5 if asked.parameters.switch("interval_5m", default=False) else 1
    otm_only = asked.parameters.switch("otm_only", default=False)
    if session is None:
        return {"data": []}
    now = state.clock.now()
    rows = tide.rows(state.world.seed, session, now, step_minutes=step, otm_only=otm_only)
    return {"data": rows}


FEEDS: dict[str, Feed] = {
    "/api/darkpool/{ticker}": darkpool,
    "/api/stock/{ticker}/flow-per-strike": flow_per_strike,
    "/api/stock/{ticker}/flow-per-expiry": flow_per_expiry,
    "/api/stock/{ticker}/flow-recent": flow_recent,
    "/api/stock/{ticker}/iv-rank": iv_ranks,
    "/api/market/market-tide": market_tide,
}
