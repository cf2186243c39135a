"""Control paths for tests and demos; they need no key and cost no budget."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from simulator.clock.calendar import NEW_YORK, Session, current_session, session, sessions_back
from simulator.faults import checked
from simulator.limits import Budget
from simulator.model import darkpool_query, flow
from simulator.model.darkpool import Burst, Print
from simulator.model.oddities import Oddities
from simulator.state import Counters, State

TRUTH_SESSIONS = 5
Part = TypeVar("Part", Oddities, Budget)
Which = Callable[[Sequence[Print], int], Iterable[Print]]


class Control:
    """The handlers of everything beside /api/."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        """All control paths."""
        return [
            web.get("/_health", self.health),
            web.get("/_clock", self.clock),
            web.post("/_clock", self.set_clock),
            web.get("/_faults", self.faults),
            web.post("/_faults", self.set_faults),
            web.get("/_counters", self.counters),
            web.post("/_counters", self.reset_counters),
            web.get("/_truth/darkpool", self.truth_darkpool),
            web.get("/_truth/vanished", self.truth_vanished),
            web.get("/_truth/flow-recent", self.truth_flow_recent),
            web.get("/_truth/sessions", self.truth_sessions),
        ]

    async def health(self, _: web.Request) -> web.Response:
        """Alive, and which world this is."""
        world = self.state.world
        return web.json_response({"status": "ok", "seed": world.seed, "symbols": world.symbols})

    async def clock(self, _: web.Request) -> web.Response:
        """Simulated now."""
        return web.json_response(self.state.clock.state())

    async def set_clock(self, request: web.Request) -> web.Response:
        """Move simulated now: one of "offset_s", "now" (with "frozen" or "speed"), "speed", "advance_s"."""
        wanted, clock = await _json(request), self.state.clock
        speed = float(wanted.get("speed", 1))
        if "offset_s" in wanted:
            clock.set_offset(float(wanted["offset_s"]))
        elif "advance_s" in wanted:
            clock.advance(float(wanted["advance_s"]))
        elif "now" in wanted:
            clock.set_now(_moment(wanted["now"]), frozen=bool(wanted.get("frozen", False)), speed=speed)
        elif "speed" in wanted:
            clock.set_speed(speed)
        else:
            raise ValueError("say one of offset_s, now, speed, advance_s")
        return web.json_response(clock.state())

    async def faults(self, _: web.Request) -> web.Response:
        """All switches."""
        return web.json_response(self.shown_faults())

    def shown_faults(self) -> dict[str, Any]:
        """Switches of answers, of the market, and of the budgets."""
        budget = self.state.limits.budget
        return {
            **self.state.faults.state(),
            **asdict(self.state.world.oddities),
            "requests_per_minute": budget.requests_per_minute,
            "daily_limit": budget.daily_limit,
        }

    async def set_faults(self, request: web.Request) -> web.Response:
        """Turn switches, all of them or none."""
        wanted = await _json(request)
        bursts = self._bursts(wanted.pop("prints_in_one_second", None))
        taken = checked(self.shown_faults(), wanted)
        self._set(taken)
        for symbol, day, burst in bursts:
            self.state.world.add_burst(symbol, day, burst)
        return web.json_response(self.shown_faults())

    def _set(self, taken: dict[str, Any]) -> None:
        faults, world, limits = self.state.faults, self.state.world, self.state.limits
        faults.set({name: value for name, value in taken.items() if name in faults.state()})
        world.change(_replaced(world.oddities, taken))
        limits.budget = _replaced(limits.budget, taken)

    def _bursts(self, wanted: int | dict[str, Any] | None) -> list[tuple[str, date, Burst]]:
        """Many prints in one second: by default in the middle of the session, for every symbol."""
        if wanted is None:
            return []
        asked = wanted if isinstance(wanted, dict) else {"count": wanted}
        here = current_session(self.state.clock.now())
        at = _moment(asked["at"]) if "at" in asked else here.opens_at + timedelta(minutes=90)
        there = session(at.astimezone(NEW_YORK).date())
        if there is None or not there.extended_opens_at <= at < there.extended_closes_at:
            raise ValueError(f"prints_in_one_second: no session at {at.isoformat()}")
        symbols = [asked["symbol"]] if "symbol" in asked else self.state.world.symbols
        burst = Burst(int(at.timestamp()), int(asked["count"]))
        return [(symbol, there.date, burst) for symbol in symbols]

    async def counters(self, _: web.Request) -> web.Response:
        """What was asked so far."""
        return web.json_response(self.state.counters.shown())

    async def reset_counters(self, _: web.Request) -> web.Response:
        """Count from nought again."""
        self.state.counters = Counters()
        return web.json_response(self.state.counters.shown())

    async def truth_darkpool(self, request: web.Request) -> web.Response:
        """Every print of the day that has appeared by now, those that the API no longer shows included."""
        return web.json_response({"prints": self._prints(request, darkpool_query.appeared)})

    async def truth_vanished(self, request: web.Request) -> web.Response:
        """The prints of the day that were shown once and are not any more."""
        return web.json_response({"prints": self._prints(request, darkpool_query.vanished)})

    def _prints(self, request: web.Request, which: Which) -> list[dict[str, Any]]:
        there = self.state.session_for(_day(request))
        prints = self.state.world.prints(self._symbol(request), there) if there else []
        now_ms = self.state.now_ms
        return [this.seen(now_ms) for this in which(prints, now_ms)]

    async def truth_flow_recent(self, request: web.Request) -> web.Response:
        """Every option trade up to now: of the day, or of the last sessions when no day is given."""
        day, symbol = _day(request), self._symbol(request)
        last = current_session(self.state.clock.now())
        days = sessions_back(last.date, TRUTH_SESSIONS) if day is None else [session(day)]
        made = [trade for there in days if there for trade in self.state.world.trades(symbol, there)]
        happened = flow.until(made, self.state.now_ms * 1000)
        return web.json_response({"trades": [trade.row() for trade in happened]})

    async def truth_sessions(self, request: web.Request) -> web.Response:
        """The calendar from one day to another; by default the plan's history up to today."""
        last = _day(request, "to") or current_session(self.state.clock.now()).date
        first = _day(request, "from") or self.state.earliest_day()
        days = (first + timedelta(days=k) for k in range((last - first).days + 1))
        return web.json_response({"sessions": [_shown(there) for there in map(session, days) if there]})

    def _symbol(self, request: web.Request) -> str:
        symbol = request.query.get("symbol", "")
        if symbol not in self.state.world.symbols:
            raise ValueError(f"symbol must be one of {', '.join(self.state.world.symbols)}, not {symbol!r}")
        return symbol


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A wrong control request is told what is wrong with it."""
    try:
        return await handler(request)
    except (ValueError, KeyError, TypeError) as problem:
        if not request.path.startswith("/_"):
            raise
        return web.json_response({"error": str(problem)}, status=400)


async def _json(request: web.Request) -> dict[str, Any]:
    wanted = await request.json()
    if not isinstance(wanted, dict):
        raise TypeError("the body must be a JSON object")
    return wanted


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(request: web.Request, name: str = "date") -> date | None:
    text = request.query.get(name)
    return date.fromisoformat(text) if text else None


def _replaced(whole: Part, taken: dict[str, Any]) -> Part:
    """The dataclass with those of its fields that were taken."""
    names = {one.name for one in fields(whole)}
    return replace(whole, **{name: value for name, value in taken.items() if name in names})


def _shown(there: Session) -> dict[str, Any]:
    return {
        "date": there.date.isoformat(),
        "opens_at": there.opens_at.isoformat(),
        "closes_at": there.closes_at.isoformat(),
        "half_day": there.half_day,
    }
