"""Flow alerts: option trades of some premium, told a second or two later."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from simulator.clock.calendar import Session
from simulator.model import prices, seeds
from simulator.model.options import Trade
from simulator.model.text import utc_micro

LEAST_PREMIUM = 20_000
RULES = ("RepeatedHits", "RepeatedHitsAscendingFill", "RepeatedHitsDescendingFill", "SweepsFollowedByFloor")


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: when it appears (epoch microseconds), and its row as REST serves it."""

    us: int
    row: dict[str, Any]


def make_day(seed: int, session: Session, trades: Mapping[str, Sequence[Trade]]) -> list[Alert]:
    """The alerts of all symbols, oldest first."""
    made = []
    for day in trades.values():
        running: Counter[str] = Counter()
        for trade in day:
            running[trade.chain] += trade.size
            if trade.premium >= LEAST_PREMIUM:
                made.append(_alert(seed, session, trade, running[trade.chain]))
    return sorted(made, key=lambda alert: alert.us)


def _alert(seed: int, session: Session, trade: Trade, volume: int) -> Alert:
    rng = seeds.generator(seed, "alert", trade.id)
    us = trade.us + rng.randrange(1_000_000, 2_000_000)
    rule = rng.choice(RULES)
    interested = seeds.number(seed, "open", trade.chain) % 20_000
    row = {
        **_contract(trade),
        "id": str(UUID(int=rng.getrandbits(128), version=4)),
        "rule_id": str(UUID(int=seeds.number(0, "rule", rule), version=4)),
        "alert_rule": rule,
        "created_at": utc_micro(us),
        "start_time": trade.us // 1000,
        "end_time": trade.us // 1000,
        "underlying_price": f"{prices.price_at(seed, trade.symbol, session, trade.us / 1_000_000):.2f}",
        "open_interest": interested,
        "volume": volume,
        "volume_oi_ratio": f"{volume / max(interested, 1):.15g}",
        "trade_count": 1,
        "expiry_count": 1,
        "has_floor": False,
        "has_sweep": rng.random() < 0.2,
        "has_multileg": False,
        "has_singleleg": True,
        "all_opening_trades": False,
    }
    return Alert(us, row)


def _contract(trade: Trade) -> dict[str, Any]:
    return {
        "ticker": trade.symbol,
        "option_chain": trade.chain,
        "price": _dollars(trade.price_cents),
        "bid": _dollars(trade.bid_cents),
        "ask": _dollars(trade.ask_cents),
        "total_size": trade.size,
        "total_premium": str(trade.premium),
        "total_ask_side_prem": str(trade.premium if trade.side == "ask" else 0),
        "total_bid_side_prem": str(trade.premium if trade.side == "bid" else 0),
    }


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
