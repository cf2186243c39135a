"""IV rank: a row for each session, the newest one rewritten every five minutes while the market is open."""

import math
from datetime import datetime
from functools import lru_cache
from typing import Any

from simulator.clock.calendar import Session, sessions_back
from simulator.model import prices, seeds
from simulator.model.text import utc_micro

SESSIONS = 5
REFRESH_S = 300
SETTLED_AFTER_S = 2 * 3600 + 35 * 60


def rows(seed: int, symbol: str, last: Session, now: datetime, count: int = SESSIONS) -> list[dict[str, Any]]:
    """The last sessions up to the given one, oldest first."""
    days = [day for day in sessions_back(last.date, count + 1) if now >= day.opens_at]
    return [_row(seed, symbol, day, _refreshed_at(day, now)) for day in days[-count:]]


@lru_cache(maxsize=4096)
def _row(seed: int, symbol: str, day: Session, refreshed: int) -> dict[str, Any]:
    rng = seeds.generator(seed, "iv", symbol, day.date, refreshed)
    slow = math.sin((day.date.toordinal() + seeds.number(seed, "iv", symbol) % 500) / 37)
    volatility = 0.19 + 0.06 * slow + rng.uniform(-0.006, 0.006)
    rank = 100 * (volatility - 0.11) / 0.17
    return {
        "close": f"{prices.price_at(seed, symbol, day, refreshed):.2f}",
        "date": day.date.isoformat(),
        "updated_at": utc_micro(refreshed * 1_000_000 + rng.randrange(1_000_000)),
        "volatility": f"{volatility:.4f}",
        "iv_rank_1y": f"{min(max(rank, 0.0), 100.0):.4f}",
    }


def _refreshed_at(day: Session, now: datetime) -> int:
    """The last refresh before now: every five minutes from the opening, the last one in the evening."""
    opened, settled = int(day.opens_at.timestamp()), int(day.closes_at.timestamp()) + SETTLED_AFTER_S
    now_s = int(now.timestamp())
    if now_s >= settled:
        return settled
    latest = min(now_s, int(day.closes_at.timestamp()))
    return opened + (latest - opened) // REFRESH_S * REFRESH_S
