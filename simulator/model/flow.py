"""Sums over the day's option trades so far: per strike, per expiry; and the newest trades themselves."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from simulator.clock.calendar import NEW_YORK
from simulator.model.options import Trade

RECENT = 50
RIGHTS = ("call", "put")


def until(day: Sequence[Trade], now_us: int) -> list[Trade]:
    """The trades that have happened."""
    return [trade for trade in day if trade.us <= now_us]


def per_strike(trades: Iterable[Trade], session_date: date) -> list[dict[str, Any]]:
    """One row a strike, lowest first, with the time of its newest trade."""
    rows = []
    for strike, group in sorted(by_strike(trades).items()):
        newest = _newest(group)
        rows.append({**sums(group, session_date), "strike": f"{strike}.0", "timestamp": newest})
    return rows


def per_expiry(trades: Iterable[Trade], session_date: date) -> list[dict[str, Any]]:
    """One row an expiry, nearest first."""
    grouped = sorted(_grouped(trades, lambda trade: trade.expiry).items())
    return [{**sums(group, session_date), "expiry": expiry.isoformat()} for expiry, group in grouped]


def recent(trades: Sequence[Trade], side: str = "ALL", min_premium: int = 0) -> list[dict[str, Any]]:
    """The last fifty trades that match, newest first."""
    wanted = (
        trade
        for trade in reversed(trades)
        if side in {"ALL", trade.side.upper()} and trade.premium >= min_premium
    )
    return [trade.row() for trade in islice(wanted, RECENT)]


def by_strike(trades: Iterable[Trade]) -> dict[int, list[Trade]]:
    """The trades of each strike."""
    return _grouped(trades, lambda trade: trade.strike)


def _grouped(trades: Iterable[Trade], key: Callable[[Trade], Any]) -> dict[Any, list[Trade]]:
    groups: dict[Any, list[Trade]] = {}
    for trade in trades:
        groups.setdefault(key(trade), []).append(trade)
    return groups


def sums(group: Sequence[Trade], session_date: date) -> dict[str, Any]:
    """Call and put premium, volume and trades of one symbol, by side; the group holds a trade at least."""
    row: dict[str, Any] = {"ticker": group[0].symbol, "date": session_date.isoformat()}
    for right in RIGHTS:
        mine = [trade for trade in group if trade.is_call == (right == "call")]
        otm = [trade for trade in mine if trade.is_otm]
        row |= {
            f"{right}_premium": _premium(mine),
            f"{right}_trades": len(mine),
            f"{right}_volume": _volume(mine),
            f"{right}_otm_premium": _premium(otm),
            f"{right}_otm_trades": len(otm),
            f"{right}_otm_volume": _volume(otm),
        }
        for side in ("ask", "bid"):
            on_side = [trade for trade in mine if trade.side == side]
            row[f"{right}_premium_{side}_side"] = _premium(on_side)
            row[f"{right}_volume_{side}_side"] = _volume(on_side)
    return row


def _premium(trades: Iterable[Trade]) -> str:
    return f"{sum(trade.premium for trade in trades)}.0"


def _volume(trades: Iterable[Trade]) -> int:
    return sum(trade.size for trade in trades)


def _newest(trades: Iterable[Trade]) -> str:
    newest = max(trade.us for trade in trades) // 1_000_000
    return datetime.fromtimestamp(newest, NEW_YORK).isoformat()
