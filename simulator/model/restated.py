"""How minute aggregates settle: the running minute grows, finished ones are corrected for ten more minutes."""

from collections.abc import Iterable

from simulator.model import seeds
from simulator.model.options import Trade

SETTLED_AFTER_S = 600
LATE_PERCENT = 4
MOST_MISSING = 0.02


def reported(day: Iterable[Trade], now_us: int) -> list[Trade]:
    """The trades that the minute aggregates count by now: a few reach them minutes after they happened."""
    return [trade for trade in day if trade.us <= now_us and trade.us + _lag_us(trade) <= now_us]


def part(seed: int, subject: str, start_s: int, now_s: float) -> float:
    """How much of a minute's final value is told at a moment; it changes with each minute of now, then is 1."""
    age_s = now_s - start_s - 60
    if age_s >= SETTLED_AFTER_S:
        return 1.0
    drawn = seeds.number(seed, "restated", subject, start_s, int(age_s // 60)) % 1000 / 1000
    elapsed = max(0.0, min(1.0, (now_s - start_s) / 60))
    return elapsed * (1 - MOST_MISSING * drawn)


def _lag_us(trade: Trade) -> int:
    """The end of the id is random already; a draw of its own would shift the day's other numbers."""
    drawn = int(trade.id[-8:], 16)
    return drawn // 100 % SETTLED_AFTER_S * 1_000_000 if drawn % 100 < LATE_PERCENT else 0
