"""One request as a feed sees it, and what every feed checks before it answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from simulator import answers
from simulator.answers import Answer
from simulator.clock.calendar import Session
from simulator.faults import Faults
from simulator.model import flow
from simulator.model.options import Trade
from simulator.parameters import TICKER, Parameters
from simulator.state import State

EVERYTHING = 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """One request without its headers; unpaged is how tests ask for the truth."""

    path: str
    query: str
    parameters: Parameters
    ticker: str = ""
    unpaged: bool = False

    def limit(self, default: int, most: int) -> int:
        """How many rows an answer holds."""
        wanted = self.parameters.integer("limit", 1, most) or default
        return EVERYTHING if self.unpaged else wanted

    def word(self, place: int, name: str, known: tuple[str, ...]) -> str:
        """A part of the path that is one of the known words."""
        text = self.path.split("/")[place]
        if text not in known:
            self.parameters.problems.append(f"{name}={text} (valid example: {name}={known[0]})")
            return known[0]
        return text


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


def truth(state: State, feed: Feed, asked: Asked) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """What the feed serves now when nothing goes wrong and nothing is cut into pages."""
    body = feed(replace(state, faults=Faults()), replace(asked, unpaged=True))
    if asked.parameters.problems:
        raise ValueError(", ".join(asked.parameters.problems))
    return body


def regular_session(state: State, asked: Asked) -> Session | None:
    """The session that was asked for when its feed begins with the opening bell."""
    session = state.session_for(asked.parameters.date(), extended=False)
    return session if session and state.clock.now() >= session.opens_at else None


def happened(state: State, symbol: str, session: Session) -> list[Trade]:
    """The option trades of a session up to now."""
    return flow.until(state.world.trades(symbol, session), state.now_ms * 1000)
