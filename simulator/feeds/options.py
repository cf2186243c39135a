"""Options flow: sums of the day's trades, the trades themselves, and the alerts about them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from simulator.clock.calendar import current_session, sessions_back
from simulator.feeds.asked import Asked, Feed, happened, regular_session
from simulator.model import flow, minutes, restated
from simulator.model.alerts import RULES, Alert, AlertQuery
from simulator.model.text import utc_micro, utc_second
from simulator.state import State

SIDES = ("ALL", "ASK", "BID", "MID")
ALERTS, MOST_ALERTS = 100, 200
# How far back an answer without newer_than reaches.
MONTH_S = 30 * 86_400


def per_strike(state: State, asked: Asked) -> list[dict[str, Any]]:
    """Sums per strike."""
    session = regular_session(state, asked)
    return flow.per_strike(happened(state, asked.ticker, session), session.date) if session else []


def per_expiry(state: State, asked: Asked) -> list[dict[str, Any]]:
    """Sums per expiry."""
    session = regular_session(state, asked)
    return flow.per_expiry(happened(state, asked.ticker, session), session.date) if session else []


def per_strike_intraday(state: State, asked: Asked) -> list[dict[str, Any]]:
    """Sums of each minute for its largest strikes; the newest minutes still settle."""
    session = regular_session(state, asked)
    rank = asked.parameters.choice("filter", tuple(minutes.RANKS))
    if session is None:
        return []
    trades = restated.reported(state.world.trades(asked.ticker, session), state.now_ms * 1000)
    if state.clock.epoch_s() < session.closes_at.timestamp() + restated.SETTLED_AFTER_S:
        return minutes.top_strikes(trades, session.date, rank)
    key = (f"top strikes by {rank}", asked.ticker, session.date)
    return state.world.keep(key, lambda: minutes.top_strikes(trades, session.date, rank))


def recent(state: State, asked: Asked) -> list[dict[str, Any]]:
    """The last trades; the path knows no date."""
    session = current_session(state.clock.now(), extended=False)
    side = asked.parameters.choice("side", SIDES)
    least = asked.parameters.integer("min_premium") or 0
    return flow.recent(happened(state, asked.ticker, session), side, least)


def net_prem_ticks(state: State, asked: Asked) -> dict[str, Any]:
    """Net premium by the minute; the newest minutes still settle."""
    session = regular_session(state, asked)
    if session is None:
        return {"data": []}
    trades = restated.reported(state.world.trades(asked.ticker, session), state.now_ms * 1000)
    return {"data": minutes.ticks(asked.ticker, trades, session, state.clock.epoch_s())}


def alerts(state: State, asked: Asked) -> dict[str, Any]:
    """The newest alerts of the window, which the answer names."""
    query = _alert_query(state, asked)
    data: list[dict[str, Any]] = []
    for alert in _newest_first(state, query):
        if query.fits(alert):
            data.append(alert.row)
        if len(data) >= query.limit:
            break
    return {
        "data": data,
        "newer_than": utc_second(query.newer_than),
        "older_than": utc_micro(query.older_than_us),
    }


def _alert_query(state: State, asked: Asked) -> AlertQuery:
    given = asked.parameters
    now_us = state.now_ms * 1000
    older_than = given.moment("older_than")
    older_than_us = now_us if older_than is None else min(now_us, older_than * 1_000_000)
    newer_than = given.later_than("newer_than")
    return AlertQuery(
        newer_than=older_than_us // 1_000_000 - MONTH_S if newer_than is None else newer_than,
        older_than_us=older_than_us,
        limit=asked.limit(ALERTS, MOST_ALERTS),
        symbol=given.text("ticker_symbol"),
        rules=given.several("rule_name", RULES),
        premium=(given.integer("min_premium"), given.integer("max_premium")),
        size=(given.integer("min_size"), given.integer("max_size")),
    )


def _newest_first(state: State, query: AlertQuery) -> Iterator[Alert]:
    """Alerts of the sessions that the window touches; the plan sees no older ones.

    What cannot match is not searched for: a month of sessions would have to be made first.
    """
    if query.symbol not in {None, *state.world.symbols} or not query.rules <= set(RULES):
        return
    last = current_session(datetime.fromtimestamp(query.older_than_us / 1_000_000, UTC), extended=False)
    for session in reversed(sessions_back(last.date, state.history_days)):
        if session.closes_at.timestamp() + 60 < query.newer_than or session.date < state.earliest_day():
            return
        yield from reversed(state.world.alerts(session))


PATHS: dict[str, Feed] = {
    "/api/stock/{ticker}/flow-per-strike": per_strike,
    "/api/stock/{ticker}/flow-per-strike-intraday": per_strike_intraday,
    "/api/stock/{ticker}/flow-per-expiry": per_expiry,
    "/api/stock/{ticker}/flow-recent": recent,
    "/api/stock/{ticker}/net-prem-ticks": net_prem_ticks,
    "/api/option-trades/flow-alerts": alerts,
}
