"""Implied and realized volatility: every feed tells the numbers that IV rank and the closing prices give."""

import math
import statistics
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

from simulator.clock.calendar import Session, sessions_back
from simulator.model import iv_rank, options, prices, seeds

TENORS = (1, 5, 7, 14, 30, 60, 90, 180, 365)
YEAR = 252
WINDOW = 21
# What IV rank measures its year by.
IV_LOW, IV_HIGH = 0.11, 0.28


def curve(level: float, days: float) -> float:
    """Implied volatility at a distance: short ones above the 30-day level, long ones near it."""
    return level * (1 + 0.25 * (math.exp(-days / 20) - math.exp(-30 / 20)) + 0.0001 * (days - 30))


def interpolated(seed: int, symbol: str, session: Session, now: datetime) -> list[dict[str, Any]]:
    """One row for each of the nine tenors, the nearest first."""
    level = _level(seed, symbol, session, now)
    return [_tenor(seed, symbol, session.date, days, curve(level, days)) for days in TENORS]


def term_structure(seed: int, symbol: str, session: Session, now: datetime) -> list[dict[str, Any]]:
    """One row for each expiry, the nearest first; moves in dollars and as a part of the price."""
    row = iv_rank.rows(seed, symbol, session, now, 1)[0]
    return [
        _expiry(session.date, expiry, float(row["volatility"]), float(row["close"]))
        for expiry in sorted(set(options.expiries(session.date)))
    ]


def stats(seed: int, symbol: str, session: Session, now: datetime) -> dict[str, Any]:
    """The one object of /volatility/stats."""
    row = iv_rank.rows(seed, symbol, session, now, 1)[0]
    year = [realized(seed, symbol, day.date) for day in sessions_back(session.date, YEAR)]
    return {
        "date": session.date.isoformat(),
        "ticker": symbol,
        "iv": row["volatility"],
        "iv_low": f"{IV_LOW}",
        "iv_high": f"{IV_HIGH}",
        "iv_rank": row["iv_rank_1y"],
        "rv": f"{year[-1]:.6f}",
        "rv_low": f"{min(year):.6f}",
        "rv_high": f"{max(year):.6f}",
    }


def history(seed: int, symbol: str, days: list[Session], now: datetime) -> list[dict[str, Any]]:
    """Implied volatility beside what the price then did in the next 21 sessions, oldest first.

    The newest rows have no such sessions yet and say null; the contract does not show what the API does there.
    """
    implied = iv_rank.rows(seed, symbol, days[-1], now, len(days))
    later = [*days[WINDOW:], *([None] * WINDOW)]
    return [
        {
            "date": row["date"],
            "implied_volatility": row["volatility"],
            "price": row["close"],
            "realized_volatility": None if end is None else f"{realized(seed, symbol, end.date):.16f}",
            "unshifted_rv_date": None if end is None else end.date.isoformat(),
        }
        for row, end in zip(implied, later[-len(implied) :], strict=True)
    ]


@lru_cache(maxsize=8192)
def realized(seed: int, symbol: str, day: date) -> float:
    """Yearly deviation of the daily returns of the last 21 sessions up to the day."""
    closes = [prices.close_price(seed, symbol, there.date) for there in sessions_back(day, WINDOW + 1)]
    returns = [math.log(after / before) for before, after in pairwise(closes)]
    return statistics.stdev(returns) * math.sqrt(YEAR)


def _level(seed: int, symbol: str, session: Session, now: datetime) -> float:
    return float(iv_rank.rows(seed, symbol, session, now, 1)[0]["volatility"])


def _tenor(seed: int, symbol: str, day: date, days: int, volatility: float) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "days": days,
        "percentile": f"{seeds.number(seed, 'percentile', symbol, day, days) % 1000 / 1000}",
        "volatility": f"{volatility:.3f}",
        "implied_move_perc": f"{volatility * math.sqrt(days / 365) * math.sqrt(2 / math.pi):.3f}",
    }


def _expiry(day: date, expiry: date, level: float, price: float) -> dict[str, Any]:
    dte = (expiry - day).days
    volatility = curve(level, dte)
    part = volatility * math.sqrt((dte + 0.5) / 365) * math.sqrt(2 / math.pi)
    return {
        "date": day.isoformat(),
        "dte": dte,
        "expiry": expiry.isoformat(),
        "implied_move": f"{part * price:.4f}",
        "implied_move_perc": f"{part:.6f}",
        "volatility": f"{volatility:.4f}",
    }
