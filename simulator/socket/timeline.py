"""What a session pushes and when: each event once, in the order in which the world gets to know it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from typing import Any

from simulator.clock.calendar import Session, current_session, sessions_back
from simulator.model import prices
from simulator.model.world import World
from simulator.socket import frames
from simulator.socket.frames import Tally


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to push: the epoch microsecond it appears, its channels, what it is known by, its payload."""

    us: int
    channels: tuple[str, ...]
    id: str
    payload: Callable[[], dict[str, Any]]


class Timeline:
    """Keeps the events of the last session that was asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._made: dict[tuple[Session, int], list[Event]] = {}

    def between(self, after_us: int, until_us: int) -> Iterator[Event]:
        """Everything that appears after the first moment and until the second, oldest first."""
        for session in _sessions(after_us, until_us):
            events = self._events(session)
            first = bisect_right(events, after_us, key=attrgetter("us"))
            last = bisect_right(events, until_us, key=attrgetter("us"))
            yield from events[first:last]

    def _events(self, session: Session) -> list[Event]:
        key = (session, self.world.version)
        if key not in self._made:
            made = list(_alerts(self.world, session))
            for symbol in self.world.symbols:
                made += _prints(self.world, symbol, session)
                made += _trades(self.world, symbol, session)
            self._made = {key: sorted(made, key=attrgetter("us"))}
        return self._made[key]


def _sessions(after_us: int, until_us: int) -> list[Session]:
    first, last = (
        current_session(datetime.fromtimestamp(us / 1_000_000, UTC)) for us in (after_us, until_us)
    )
    days = (last.date - first.date).days + 1
    return [session for session in sessions_back(last.date, days) if session.date >= first.date]


def _prints(world: World, symbol: str, session: Session) -> Iterator[Event]:
    for this in world.prints(symbol, session):
        for ms in this.told_ms:
            row = this.seen(ms)
            yield Event(
                ms * 1000, (frames.OFF_LIT,), frames.print_id(row), partial(frames.off_lit, row, this.ms)
            )


def _trades(world: World, symbol: str, session: Session) -> Iterator[Event]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    channels = (frames.TRADES, f"{frames.TRADES}:{symbol}")
    for trade in world.trades(symbol, session):
        tally = tallies[trade.chain] = tallies[trade.chain].plus(trade)
        spot = prices.price_at(world.seed, symbol, session, trade.us / 1_000_000)
        yield Event(trade.us, channels, trade.id, partial(frames.option_trade, trade, tally, spot))


def _alerts(world: World, session: Session) -> Iterator[Event]:
    trades = defaultdict(list)
    for symbol in world.symbols:
        for trade in world.trades(symbol, session):
            trades[trade.chain].append(trade)
    for alert in world.alerts(session):
        payload = partial(frames.flow_alert, alert.row, trades[alert.row["option_chain"]])
        yield Event(alert.us, (frames.ALERTS,), alert.row["id"], payload)
