"""Messages without end for load tests: the session's own, each time under a new identity."""

import math
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any
from uuid import UUID

from simulator.clock.calendar import current_session
from simulator.model import seeds
from simulator.model.text import utc_second
from simulator.socket import frames
from simulator.state import State

Message = tuple[str, dict[str, Any]]


def option_trades(state: State) -> Iterator[Message]:
    """Option trades of this moment with ids of their own."""
    session = current_session(state.clock.now(), extended=False)
    rng = seeds.generator(state.world.seed, "load", state.now_ms)
    made = [trade for symbol in state.world.symbols for trade in state.world.trades(symbol, session)]
    rows = [frames.option_trade(trade, frames.Tally().plus(trade), float(trade.strike)) for trade in made]
    for row in cycle(rows):
        id_ = str(UUID(int=rng.getrandbits(128), version=4))
        yield id_, {**row, "id": id_, "executed_at": state.now_ms, "created_at": state.now_ms}


def off_lit_trades(state: State) -> Iterator[Message]:
    """Dark-pool prints of this moment; the running volume keeps each apart."""
    session = current_session(state.clock.now())
    made = [this for symbol in state.world.symbols for this in state.world.prints(symbol, session)]
    volume = max(this.row["volume"] for this in made)
    for this in cycle(made):
        volume += math.ceil(this.row["size"])
        row = {**this.row, "volume": volume, "executed_at": utc_second(state.now_ms // 1000)}
        yield frames.print_id(row), frames.off_lit(row, this.ms)


BURSTS: dict[str, Callable[[State], Iterator[Message]]] = {
    frames.TRADES: option_trades,
    frames.OFF_LIT: off_lit_trades,
}
