"""Option trades by the minute: net premium ticks, an ETF's tide and the top strikes of each minute."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import accumulate
from typing import Any

from simulator.clock.calendar import NEW_YORK, Session
from simulator.model import flow
from simulator.model.options import Trade
from simulator.model.text import iso, money, utc_milli, utc_second

# Options on these trade a quarter of an hour longer.
LATE_BELL = frozenset({"SPY", "QQQ"})
LATE_MINUTES = 15
TOP_STRIKES = 8
SIGNS = {"ask": 1, "bid": -1, "mid": 0}
RANKS: dict[str, Callable[[Sequence[Trade]], int]] = {
    "NetPremium": lambda group: abs(sum(SIGNS[trade.side] * trade.premium for trade in group)),
    "Volume": lambda group: sum(trade.size for trade in group),
    "Trades": len,
}


def starts(session: Session, now_s: float, late: int = 0) -> range:
    """The starts of the session's minutes that have begun, as epoch seconds."""
    first, end = int(session.opens_at.timestamp()), int(session.closes_at.timestamp()) + late * 60
    return range(first, min(end, int(now_s // 60 + 1) * 60), 60)


def ticks(symbol: str, trades: Iterable[Trade], session: Session, now_s: float) -> list[dict[str, Any]]:
    """Net premium of each minute by itself, oldest first."""
    groups = _by_minute(trades)
    late = LATE_MINUTES if symbol in LATE_BELL else 0
    day = session.date.isoformat()
    return [
        {"date": day, "tape_time": utc_second(start), **_net(groups.get(start, ()))}
        for start in starts(session, now_s, late)
    ]


def tide(trades: Iterable[Trade], session: Session, now_s: float) -> list[dict[str, Any]]:
    """The running totals after each minute, oldest first."""
    groups = _by_minute(trades)
    begun = starts(session, now_s)
    nets = {right: [_premium(_of(groups.get(start, ()), right)) for start in begun] for right in flow.RIGHTS}
    volumes = [sum(SIGNS[trade.side] * trade.size for trade in groups.get(start, ())) for start in begun]
    calls, puts = accumulate(nets["call"]), accumulate(nets["put"])
    return [
        {
            "date": session.date.isoformat(),
            "net_call_premium": money(call * 100, 4),
            "net_put_premium": money(put * 100, 4),
            "net_volume": volume,
            "timestamp": iso(start, NEW_YORK),
        }
        for start, call, put, volume in zip(begun, calls, puts, accumulate(volumes), strict=True)
    ]


def top_strikes(trades: Iterable[Trade], day: date, rank: str) -> list[dict[str, Any]]:
    """The sums of each minute for its largest strikes, oldest first; a row's time is its minute's start."""
    rows = []
    for start, group in sorted(_by_minute(trades).items()):
        strikes = flow.by_strike(group)
        largest = sorted(strikes, key=lambda strike: (-RANKS[rank](strikes[strike]), strike))[:TOP_STRIKES]
        rows += [
            {**flow.sums(strikes[strike], day), "strike": f"{strike}.0", "timestamp": utc_milli(start * 1000)}
            for strike in sorted(largest)
        ]
    return rows


def _by_minute(trades: Iterable[Trade]) -> dict[int, list[Trade]]:
    groups: dict[int, list[Trade]] = defaultdict(list)
    for trade in trades:
        groups[trade.us // 60_000_000 * 60].append(trade)
    return groups


def _of(group: Iterable[Trade], right: str) -> list[Trade]:
    return [trade for trade in group if trade.is_call == (right == "call")]


def _premium(group: Iterable[Trade]) -> int:
    return sum(SIGNS[trade.side] * trade.premium for trade in group)


def _net(group: Iterable[Trade]) -> dict[str, Any]:
    row: dict[str, Any] = {"net_delta": _delta(group)}
    for right in flow.RIGHTS:
        mine = _of(group, right)
        ask, bid = (sum(trade.size for trade in mine if trade.side == side) for side in ("ask", "bid"))
        row |= {
            f"{right}_volume": sum(trade.size for trade in mine),
            f"{right}_volume_ask_side": ask,
            f"{right}_volume_bid_side": bid,
            f"net_{right}_premium": money(_premium(mine) * 100, 2),
            f"net_{right}_volume": ask - bid,
        }
    return row


def _delta(group: Iterable[Trade]) -> str:
    """Shares that the trades stand for, with a delta of 0.3 out of and 0.7 in the money."""
    shares = sum(
        SIGNS[trade.side] * (1 if trade.is_call else -1) * trade.size * (30 if trade.is_otm else 70)
        for trade in group
    )
    return f"{shares}.00000000000000000000"
