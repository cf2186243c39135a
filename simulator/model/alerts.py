"""Flow alerts: what stands out among the day's option trades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from simulator.clock.calendar import Session
from simulator.model import seeds
from simulator.model.options import Trade
from simulator.model.text import utc_micro

LEAST_PREMIUM = 20_000
WINDOW_US = 60_000_000
RULES = ("RepeatedHits", "RepeatedHitsAscendingFill", "RepeatedHitsDescendingFill", "SweepsFollowedByFloor")


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: when it appears (epoch microseconds), its uuid and its row as REST serves it."""

    us: int
    id: str
    row: dict[str, Any]


def make_day(seed: int, symbol: str, session: Session, trades: Sequence[Trade]) -> list[Alert]:
    """The alerts of a session, oldest first; the trades are the session's, oldest first."""
    by_chain: dict[str, list[Trade]] = {}
    made = []
    for trade in trades:
        before = by_chain.setdefault(trade.chain, [])
        before.append(trade)
        if trade.premium >= LEAST_PREMIUM:
            made.append(_alert(seed, symbol, session.date, before))
    return sorted(made, key=lambda alert: alert.us)


def _alert(seed: int, symbol: str, day: date, before: Sequence[Trade]) -> Alert:
    rng = seeds.generator(seed, "alert", symbol, day, before[-1].id)
    last = before[-1]
    group = [trade for trade in before if trade.us >= last.us - WINDOW_US]
    us = last.us + rng.randrange(1_000_000, 2_000_000)
    id_ = str(UUID(int=rng.getrandbits(128), version=4))
    rule = rng.choice(RULES)
    return Alert(us, id_, {"id": id_, "created_at": utc_micro(us), "alert_rule": rule, **_row(group, before)})


def _row(group: Sequence[Trade], before: Sequence[Trade]) -> dict[str, Any]:
    last = group[-1]
    return {
        "ticker": last.symbol,
        "option_chain": last.chain,
        "type": "call" if last.is_call else "put",
        "strike": str(last.strike),
        "expiry": last.expiry.isoformat(),
        "price": _dollars(last.price_cents),
        "bid": _dollars(last.bid_cents),
        "ask": _dollars(last.ask_cents),
        "start_time": group[0].us // 1000,
        "end_time": last.us // 1000,
        "trade_count": len(group),
        "total_size": sum(trade.size for trade in group),
        "total_premium": _premium(group),
        "total_ask_side_prem": _premium([trade for trade in group if trade.side == "ask"]),
        "total_bid_side_prem": _premium([trade for trade in group if trade.side == "bid"]),
        "volume": sum(trade.size for trade in before),
    }


def _premium(group: Sequence[Trade]) -> str:
    return str(sum(trade.premium for trade in group))


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
