"""What all processes of the host know together, as one value and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from collector.wire.breaker import LONGEST_WAIT_S, Breaker
from collector.wire.day import Day
from collector.wire.minute import LENGTH_S, UNDERWAY_S, Minute
from collector.wire.spending import Spent

IN_FLIGHT = 3
MOST_IN_FLIGHT = 32
T = TypeVar("T")


@dataclass
class Underway:
    """A request that was sent and not answered, by its slot."""

    feed: str = ""
    purpose: str = ""
    sent_at: float = 0.0


@dataclass
class Waiter:
    """A process that waits for its turn, believed until a moment: it may have died."""

    rank: int = 0
    until: float = 0.0


@dataclass
class State:
    """Moments are seconds of the steady clock of `boot`."""

    boot: str = ""
    minute: Minute = field(default_factory=Minute)
    day: Day = field(default_factory=Day)
    in_flight: int = IN_FLIGHT
    told_at: str = ""
    underway: dict[str, Underway] = field(default_factory=dict)
    waiting: dict[str, Waiter] = field(default_factory=dict)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    spent: Spent = field(default_factory=dict)
    priorities: dict[str, int] = field(default_factory=dict)

    def rebooted(self, boot: str) -> State:
        """What is still true after the steady clock began again: the day, its spending, the last limits."""
        day = Day(self.day.date, self.day.limit, self.day.used, self.day.known, self.day.refused)
        minute = Minute(limit=self.minute.limit)
        return State(
            boot,
            minute,
            day,
            in_flight=self.in_flight,
            told_at=self.told_at,
            spent=self.spent,
            priorities=self.priorities,
        )


def as_text(state: State) -> str:
    """JSON."""
    return json.dumps(state, default=vars, separators=(",", ":"))


def from_text(text: str, boot: str, at: float) -> State:
    """The state, or ValueError when the text is torn or says what cannot be; missing parts are new ones."""
    try:
        state = _state(json.loads(text))
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as reason:
        raise ValueError(f"not a budget: {reason}") from None
    if state.boot != boot:
        state = state.rebooted(boot)
    _check(state, at)
    return state


def _state(raw: Mapping[str, Any]) -> State:
    plain = _made(State, {name: raw[name] for name in ("boot", "in_flight", "told_at") if name in raw})
    return State(
        boot=plain.boot,
        minute=_made(Minute, raw.get("minute", {})),
        day=_made(Day, raw.get("day", {})),
        in_flight=plain.in_flight,
        told_at=plain.told_at,
        underway={str(key): _made(Underway, value) for key, value in raw.get("underway", {}).items()},
        waiting={str(key): _made(Waiter, value) for key, value in raw.get("waiting", {}).items()},
        breakers={str(key): _made(Breaker, value) for key, value in raw.get("breakers", {}).items()},
        spent=_spent(raw.get("spent", {})),
        priorities={str(feed): _whole(number) for feed, number in raw.get("priorities", {}).items()},
    )


def _made(kind: type[T], raw: Mapping[str, Any]) -> T:
    """A value of the kind from the parts of the right type; its defaults stand for missing ones."""
    made = kind()
    for one in fields(kind):  # type: ignore[arg-type] # only ever called with dataclasses
        if one.name in raw:
            setattr(made, one.name, _like(getattr(made, one.name), raw[one.name]))
    return made


def _like(default: object, value: Any) -> Any:  # noqa: ANN401 - a number, a word or a switch
    if isinstance(default, float) and isinstance(value, (int, float)):
        value = float(value)
    if type(value) is not type(default) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"{value!r} is not like {default!r}")
    return value


def _spent(raw: Mapping[str, Any]) -> Spent:
    return {
        day: {
            feed: {
                purpose: {outcome: _whole(count) for outcome, count in outcomes.items()}
                for purpose, outcomes in purposes.items()
            }
            for feed, purposes in feeds.items()
        }
        for day, feeds in raw.items()
    }


def _whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a count")
    return value


def _check(state: State, at: float) -> None:
    """No limit that lets nothing out, and no moment that nobody here can have noted."""
    if state.minute.limit < 1 or state.day.limit < 1 or not 1 <= state.in_flight <= MOST_IN_FLIGHT:
        raise ValueError("a limit below 1")
    moments = [state.minute.ends_at - LENGTH_S - UNDERWAY_S, state.day.tried_at]
    moments += [one.sent_at for one in state.underway.values()]
    moments += [one.until - LENGTH_S - 2 * UNDERWAY_S for one in state.waiting.values()]
    moments += [max(one.opened_at, one.trial_until - LENGTH_S) for one in state.breakers.values()]
    if state.told_at:
        datetime.fromisoformat(state.told_at)
    waits = [one.wait_s for one in state.breakers.values()]
    if max(moments) > at + 1 or max(waits, default=0) > LONGEST_WAIT_S:
        raise ValueError("a moment in the future")
