"""What one simulator process knows: world, clock, budgets, switches and counters."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from simulator.clock.calendar import Session, current_session, session, sessions_back
from simulator.clock.simulated import SimulatedClock
from simulator.faults import Faults
from simulator.limits import Limits
from simulator.model.world import World
from simulator.socket.hub import Hub


@dataclass(slots=True)
class Counters:
    """What was asked and how it ended."""

    by_path: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    refusals: Counter[str] = field(default_factory=Counter)
    max_in_flight: int = 0
    most_in_a_minute: int = 0

    def count(self, path: str, status: int | str) -> None:
        """Note an answer; a dropped connection has no status but is one too."""
        self.by_path[path][str(status)] += 1

    def note(self, limits: Limits) -> None:
        """Keep the highest of what a limit is set on, refused requests included."""
        self.max_in_flight = max(self.max_in_flight, limits.in_flight)
        self.most_in_a_minute = max(self.most_in_a_minute, limits.minute_count)

    def shown(self) -> dict[str, Any]:
        """The counters as the control path shows them."""
        return {
            "total": sum(sum(statuses.values()) for statuses in self.by_path.values()),
            "requests": {path: dict(statuses) for path, statuses in sorted(self.by_path.items())},
            "max_in_flight": self.max_in_flight,
            "most_in_a_minute": self.most_in_a_minute,
            "refusals": dict(self.refusals),
        }


@dataclass(slots=True)
class State:
    """Handed to every handler."""

    world: World
    clock: SimulatedClock
    limits: Limits
    api_key: str
    history_days: int
    faults: Faults = field(default_factory=Faults)
    counters: Counters = field(default_factory=Counters)
    hub: Hub = field(init=False)

    def __post_init__(self) -> None:
        """The stream follows this state's clock and switches."""
        self.hub = Hub(self.clock, self.faults)

    @property
    def now_ms(self) -> int:
        """Simulated now in epoch milliseconds."""
        return int(self.clock.epoch_s() * 1000)

    def session_for(self, day: date | None, *, extended: bool = True) -> Session | None:
        """The session that was asked for; without a day the current or last one."""
        return current_session(self.clock.now(), extended=extended) if day is None else session(day)

    def earliest_day(self) -> date:
        """The first session that the plan can see."""
        return sessions_back(current_session(self.clock.now()).date, self.history_days)[0].date
