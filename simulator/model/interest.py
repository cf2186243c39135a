"""Open interest: what stands open each morning, the pain it makes, and how it changed overnight."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from simulator.clock.calendar import Session
from simulator.model import options, prices, seeds
from simulator.model.options import Trade
from simulator.model.text import money

MOST_OPEN = 20_000
OVERNIGHT = 800
REACH = 0.1
STRIKES = 41


def open_contracts(seed: int, chain: str, day: date) -> int:
    """Contracts that are open on the morning of a session."""
    return seeds.number(seed, "open", chain) % MOST_OPEN + seeds.number(seed, "open", chain, day) % OVERNIGHT


@lru_cache(maxsize=512)
def max_pain(seed: int, symbol: str, day: date, before: date) -> tuple[dict[str, Any], ...]:
    """For each expiry the strike at which its open contracts would be worth least."""
    spot = prices.close_price(seed, symbol, before)
    first, step = max(1, round(spot * (1 - REACH))), max(1, round(spot * 2 * REACH / STRIKES))
    strikes = range(first, first + step * STRIKES, step)
    return tuple(
        {"expiry": expiry.isoformat(), "max_pain": str(_least_worth(seed, symbol, expiry, day, strikes))}
        for expiry in sorted(set(options.expiries(day)))
    )


def changes(seed: int, last: Session, this: Session, trades: Sequence[Trade]) -> list[dict[str, Any]]:
    """One row a contract that traded in the last session, the largest change first."""
    groups: dict[str, list[Trade]] = {}
    for trade in trades:
        groups.setdefault(trade.chain, []).append(trade)
    total = sum(trade.size for trade in trades)
    rows = [_change(seed, last.date, this.date, group, total) for group in groups.values()]
    rows.sort(key=lambda row: (-abs(row["oi_diff_plain"]), row["option_symbol"]))
    return [{**row, "rnk": rank} for rank, row in enumerate(rows, start=1)]


def _least_worth(seed: int, symbol: str, expiry: date, day: date, strikes: range) -> int:
    calls, puts = (
        [
            open_contracts(seed, options.chain(symbol, expiry, strike, is_call=right), day)
            for strike in strikes
        ]
        for right in (True, False)
    )

    def worth(at: int) -> int:
        return sum(
            call * max(0, at - strike) + put * max(0, strike - at)
            for strike, call, put in zip(strikes, calls, puts, strict=True)
        )

    return min(strikes, key=worth)


def _change(seed: int, last: date, this: date, group: Sequence[Trade], total: int) -> dict[str, Any]:
    newest = group[-1]
    before, after = (open_contracts(seed, newest.chain, day) for day in (last, this))
    volume, premium = sum(trade.size for trade in group), sum(trade.premium for trade in group)
    by_side = {side: sum(trade.size for trade in group if trade.side == side) for side in options.SIDES}
    return {
        "avg_price": f"{premium / volume / 100:.16f}",
        "curr_date": this.isoformat(),
        "curr_oi": after,
        "last_ask": money(newest.ask_cents, 2),
        "last_bid": money(newest.bid_cents, 2),
        "last_date": last.isoformat(),
        "last_fill": money(newest.price_cents, 2),
        "last_oi": before,
        "oi_change": f"{(after - before) / max(before, 1):.16f}",
        "oi_diff_plain": after - before,
        "option_symbol": newest.chain,
        "percentage_of_total": f"{volume / total:.20f}",
        "prev_ask_volume": by_side["ask"],
        "prev_bid_volume": by_side["bid"],
        "prev_mid_volume": by_side["mid"],
        "prev_multi_leg_volume": 0,
        "prev_neutral_volume": by_side["mid"],
        "prev_stock_multi_leg_volume": 0,
        "prev_total_premium": money(premium * 100, 2),
        "trades": len(group),
        "underlying_symbol": newest.symbol,
        "volume": volume,
    }
