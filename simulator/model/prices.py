"""The underlying's price: a slow walk over the days and a bridge of minutes inside each day."""

import math
from datetime import date, timedelta
from functools import lru_cache

from simulator.clock.calendar import Session, sessions_back
from simulator.model import seeds

KNOWN = {"SPY": 605.0, "QQQ": 520.0, "TSLA": 410.0, "AAPL": 240.0, "GLD": 310.0, "IWM": 230.0}
DAY_MINUTES = 16 * 60
WAVES = ((23.0, 0.012), (61.0, 0.03), (190.0, 0.06))


def _base(symbol: str) -> float:
    return KNOWN.get(symbol) or 20.0 + seeds.number(0, "price", symbol) % 400


@lru_cache(maxsize=4096)
def close_price(seed: int, symbol: str, day: date) -> float:
    """The day's closing price; any day can be asked for without walking through those before it."""
    phase = seeds.number(seed, "phase", symbol) % 1000
    waves = sum(size * math.sin((day.toordinal() + phase) / length * 2 * math.pi) for length, size in WAVES)
    jump = seeds.generator(seed, "close", symbol, day).gauss(0, 0.006)
    return round(_base(symbol) * math.exp(waves + jump), 2)


@lru_cache(maxsize=64)
def minute_path(seed: int, symbol: str, session: Session) -> tuple[float, ...]:
    """Prices at each minute from 04:00 to 20:00: a bridge from the last close to this one, then noise."""
    before = sessions_back(session.date - timedelta(days=1), 1)[0]
    start, end = close_price(seed, symbol, before.date), close_price(seed, symbol, session.date)
    close_minute = (session.closes_at.hour - 4) * 60
    rng = seeds.generator(seed, "path", symbol, session.date)
    noise = [0.0]
    for _ in range(DAY_MINUTES):
        noise.append(noise[-1] + rng.gauss(0, 0.00035))
    path = []
    for minute, step in enumerate(noise):
        done = min(minute / close_minute, 1.0)
        bridge = step - done * noise[close_minute]
        path.append((start + (end - start) * done) * math.exp(bridge))
    return tuple(path)


def price_at(seed: int, symbol: str, session: Session, epoch_s: float) -> float:
    """The price at a moment of the session; before and after it the nearest known one."""
    minute = int((epoch_s - session.extended_opens_at.timestamp()) // 60)
    return minute_path(seed, symbol, session)[max(0, min(minute, DAY_MINUTES))]
