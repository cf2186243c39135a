"""Volume by price: dark and lit shares, and option contracts by what the underlying cost then."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from simulator.clock.calendar import Session
from simulator.model import prices
from simulator.model.darkpool import Print
from simulator.model.options import Trade
from simulator.model.text import fixed

AWAY_CODES = frozenset({"derivative_priced", "qualified_contingent_trade"})
# Ten-thousandths of a dollar per level; the vendor tells no step.
FINE, COARSE = 1_000, 5_000
# The tape of lit trades is a sample of what the exchanges trade.
LIT_SHARE = 40

Volumes = dict[int, list[int]]


def volumes(dark: Iterable[Print], lit: Iterable[Print], now_ms: int, step: int) -> Volumes:
    """Dark and lit shares at each level (ten-thousandths of a dollar), prints away from the market left out."""
    found: Volumes = defaultdict(lambda: [0, 0])
    for this in dark:
        if this.appears_ms <= now_ms and not _left_out(this, now_ms):
            found[_level(this, step)][0] += this.row["size"] + _below_the_floor(this)
    for this in lit:
        if this.appears_ms <= now_ms:
            found[_level(this, step)][1] += this.row["size"] * LIT_SHARE
    return dict(sorted(found.items()))


def darkpool_rows(found: Volumes) -> list[dict[str, Any]]:
    """Levels as /api/darkpool/{ticker}/price-levels has them."""
    return [
        {"dark_pool_volume": dark, "price": fixed(level, 2)[0], "regular_volume": lit}
        for level, (dark, lit) in found.items()
    ]


def stock_rows(found: Volumes) -> list[dict[str, Any]]:
    """The same with a price that is a JSON number."""
    return [
        {"lit_vol": lit, "off_vol": dark, "price": level / 10_000} for level, (dark, lit) in found.items()
    ]


def option_rows(seed: int, symbol: str, session: Session, trades: Iterable[Trade]) -> list[dict[str, Any]]:
    """Calls and puts in contracts at each price of the underlying."""
    found: Volumes = defaultdict(lambda: [0, 0])
    for trade in trades:
        cents = round(prices.price_at(seed, symbol, session, trade.us / 1_000_000) * 100)
        found[cents * 100 // COARSE * COARSE][0 if trade.is_call else 1] += trade.size
    return [
        {"call_volume": calls, "price": fixed(level, 2)[0], "put_volume": puts}
        for level, (calls, puts) in sorted(found.items())
    ]


def _level(this: Print, step: int) -> int:
    return int(Decimal(this.row["price"]) * 10_000) // step * step


def _left_out(this: Print, now_ms: int) -> bool:
    taken_back = this.canceled_ms is not None and this.canceled_ms <= now_ms
    return taken_back or this.row["sale_cond_codes"] is not None or this.row["trade_code"] in AWAY_CODES


def _below_the_floor(this: Print) -> int:
    """Small prints at that price that the API never lists: dark volume is more than the sum of its rows."""
    return int(this.row["size"]) * (10 + this.shuffle % 30) // 100
