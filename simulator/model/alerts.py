"""Flow alerts: option trades of some size, told a second or two later with what is known about their contract."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.clock.calendar import Session
from simulator.model import interest, prices, seeds, volatility
from simulator.model.options import Trade
from simulator.model.text import utc_micro

LEAST_SIZE = 4
RULES = (
    "RepeatedHits",
    "RepeatedHitsAscendingFill",
    "RepeatedHitsDescendingFill",
    "FloorTradeLargeCap",
    "FloorTradeMidCap",
    "FloorTradeSmallCap",
    "LowHistoricVolumeFloor",
    "OtmEarningsFloor",
    "SweepsFollowedByFloor",
)
FLOOR_RULES = frozenset(RULES[3:])
RULE_WEIGHTS = (56, 15, 15, 5, 3, 2, 2, 1, 1)
FUNDS = frozenset({"SPY", "QQQ", "IWM", "GLD"})
BASE_VOLATILITY = 0.19


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it is served, and what it is cut and filtered by (microseconds, dollars, contracts)."""

    us: int
    symbol: str
    premium: int
    size: int
    rule: str
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AlertQuery:
    """The understood parameters of a request; seconds, dollars and contracts."""

    newer_than: int
    older_than_us: int
    limit: int
    symbol: str | None
    rules: frozenset[str]
    premium: tuple[int | None, int | None]
    size: tuple[int | None, int | None]

    def fits(self, alert: Alert) -> bool:
        """Whether the alert is asked for; both ends of the window belong to it."""
        return (
            self.newer_than * 1_000_000 <= alert.us <= self.older_than_us
            and self.symbol in {None, alert.symbol}
            and (not self.rules or alert.rule in self.rules)
            and _inside(alert.premium, self.premium)
            and _inside(alert.size, self.size)
        )


def make_day(seed: int, session: Session, trades: Mapping[str, Sequence[Trade]]) -> list[Alert]:
    """The alerts of all symbols, oldest first: one for each larger trade."""
    made = []
    for day in trades.values():
        running: Counter[str] = Counter()
        for trade in day:
            running[trade.chain] += trade.size
            if trade.size >= LEAST_SIZE:
                made.append(_alert(seed, session, trade, running[trade.chain]))
    return sorted(made, key=lambda alert: (alert.us, alert.row["id"]))


def _alert(seed: int, session: Session, trade: Trade, volume: int) -> Alert:
    drawn = seeds.generator(seed, "alert", trade.id)
    us = trade.us + drawn.randint(1_000_000, 2_500_000)
    rule = drawn.choices(RULES, RULE_WEIGHTS)[0]
    fills = 1 if rule in FLOOR_RULES else drawn.randint(2, min(trade.size, 12))
    interested = interest.open_contracts(seed, trade.chain, session.date)
    implied = volatility.curve(BASE_VOLATILITY, (trade.expiry - session.date).days)
    row = {
        **_contract(trade),
        **_company(trade.symbol),
        "id": str(uuid.UUID(int=drawn.getrandbits(128), version=4)),
        "rule_id": str(uuid.UUID(int=seeds.number(0, "rule", rule) << 64, version=4)),
        "alert_rule": rule,
        "created_at": utc_micro(us),
        "start_time": trade.us // 1000 - (0 if fills == 1 else drawn.randint(0, 40)),
        "end_time": trade.us // 1000,
        "underlying_price": f"{prices.price_at(seed, trade.symbol, session, trade.us / 1_000_000):.2f}",
        "open_interest": interested,
        "volume": volume,
        "volume_oi_ratio": f"{volume / max(interested, 1):.15g}",
        "trade_count": fills,
        "expiry_count": 1,
        "has_floor": rule in FLOOR_RULES,
        "has_sweep": drawn.random() < 0.2,
        "has_multileg": False,
        "has_singleleg": True,
        "all_opening_trades": trade.size > interested,
        "iv_start": f"{implied:.15f}",
        "iv_end": f"{implied * (1 + drawn.gauss(0, 0.002)):.15f}",
    }
    return Alert(us, trade.symbol, trade.premium, trade.size, rule, row)


def _contract(trade: Trade) -> dict[str, Any]:
    return {
        "ticker": trade.symbol,
        "option_chain": trade.chain,
        "type": "call" if trade.is_call else "put",
        "strike": str(trade.strike),
        "expiry": trade.expiry.isoformat(),
        "price": _dollars(trade.price_cents),
        "bid": _dollars(trade.bid_cents),
        "ask": _dollars(trade.ask_cents),
        "total_size": trade.size,
        "total_premium": str(trade.premium),
        "total_ask_side_prem": str(trade.premium if trade.side == "ask" else 0),
        "total_bid_side_prem": str(trade.premium if trade.side == "bid" else 0),
    }


def _company(symbol: str) -> dict[str, Any]:
    fund = symbol in FUNDS
    return {
        "sector": None if fund else "Technology",
        "issue_type": "ETF" if fund else "Common Stock",
        "marketcap": str(10_000_000_000 + seeds.number(0, "marketcap", symbol) % 10**12),
        "er_time": None if fund else "unknown",
        "next_earnings_date": None,
    }


def _dollars(cents: int) -> str:
    """As few decimals as are needed."""
    return f"{cents / 100:.2f}".rstrip("0").rstrip(".")


def _inside(value: int, limits: tuple[int | None, int | None]) -> bool:
    least, most = limits
    return (least is None or value >= least) and (most is None or value <= most)
