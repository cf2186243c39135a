"""What stands open: greek exposure, max pain and the change of open interest overnight."""

from datetime import time, timedelta
from typing import Any

from simulator.clock.calendar import NEW_YORK, Session, session, sessions_back
from simulator.feeds.asked import EVERYTHING, Asked, Feed, regular_session
from simulator.feeds.timeframe import sessions
from simulator.model import exposure, interest
from simulator.state import State

# When open interest of the morning is there.
REFRESHED_AT = time(6, 45)


def spot(state: State, asked: Asked) -> dict[str, Any]:
    """Dollars to hedge by the minute; the newest minutes still settle."""
    there = regular_session(state, asked)
    if there is None:
        return {"data": []}
    return {"data": exposure.spot(state.world.seed, asked.ticker, there, state.clock.epoch_s())}


def greek(state: State, asked: Asked) -> dict[str, Any]:
    """One row a session of the timeframe, newest first."""
    there = _refreshed(state, asked)
    days = reversed(sessions(asked.parameters, there)) if there else ()
    return {"data": [exposure.row(state.world.seed, asked.ticker, day.date) for day in days]}


def max_pain(state: State, asked: Asked) -> dict[str, Any]:
    """One row an expiry, beside the date they are of."""
    there = _refreshed(state, asked)
    if there is None:
        return {"data": [], "date": str(asked.parameters.date())}
    rows = interest.max_pain(state.world.seed, asked.ticker, there.date, _before(there).date)
    return {"data": rows, "date": there.date.isoformat()}


def oi_change(state: State, asked: Asked) -> dict[str, Any]:
    """One row a contract that traded the session before, in pages when a limit was given."""
    there = _refreshed(state, asked)
    limit = asked.limit(EVERYTHING, EVERYTHING)
    page = asked.parameters.integer("page") or 0
    ascending = asked.parameters.choice("order", ("desc", "asc")) == "asc"
    if there is None:
        return {"data": []}
    world, last = state.world, _before(there)
    rows = world.keep(
        ("changes", asked.ticker, there.date),
        lambda: interest.changes(world.seed, last, there, world.trades(asked.ticker, last)),
    )
    ordered = rows[::-1] if ascending else rows
    return {"data": ordered[page * limit : (page + 1) * limit]}


def _refreshed(state: State, asked: Asked) -> Session | None:
    """The session asked for once its morning's numbers are there; by default the newest such one."""
    now, day = state.clock.now().astimezone(NEW_YORK), asked.parameters.date()
    newest = now.date() if now.time() >= REFRESHED_AT else now.date() - timedelta(days=1)
    if day is None:
        return sessions_back(newest, 1)[0]
    return session(day) if day <= newest else None


def _before(there: Session) -> Session:
    return sessions_back(there.date - timedelta(days=1), 1)[0]


PATHS: dict[str, Feed] = {
    "/api/stock/{ticker}/spot-exposures": spot,
    "/api/stock/{ticker}/greek-exposure": greek,
    "/api/stock/{ticker}/max-pain": max_pain,
    "/api/stock/{ticker}/oi-change": oi_change,
}
