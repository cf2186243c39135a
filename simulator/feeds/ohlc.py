"""Candles of the underlying."""

from itertools import islice
from typing import Any

from simulator.feeds.asked import Asked, Feed
from simulator.feeds.timeframe import sessions
from simulator.model import candles
from simulator.state import State


def ohlc(state: State, asked: Asked) -> dict[str, Any]:
    """Newest first; a date answers that session only, an end_date the timeframe up to it."""
    size = asked.word(5, "candle_size", candles.SIZES)
    most = min(asked.limit(candles.MOST, candles.MOST), candles.MOST)
    day, end = asked.parameters.date(), asked.parameters.date("end_date")
    last = state.session_for(day or end)
    if last is None:
        return {"data": []}
    days = [last] if day else sessions(asked.parameters, last)[::-1]
    seed, now_s = state.world.seed, state.clock.epoch_s()
    if size in candles.INTRADAY:
        return {"data": list(islice(candles.inside_days(seed, asked.ticker, days, now_s, size), most))}
    rows = candles.of_days(seed, asked.ticker, days, now_s, weekly=size == "1w")
    return {"data": rows[:most]}


PATHS: dict[str, Feed] = {"/api/stock/{ticker}/ohlc/{candle_size}": ohlc}
