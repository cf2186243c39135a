"""A day of trades on the exchanges, in the rows of the dark pool but without when they were executed."""

import random

from simulator.clock.calendar import Session
from simulator.model import prices, seeds, shape
from simulator.model.darkpool import DAY_MS, DAY_SHARES, Print
from simulator.model.text import fixed, utc_second

CENTERS = "NQPZK"
EXTENDED = "extended_hours_trade"


def make_day(seed: int, symbol: str, session: Session, per_day: int) -> list[Print]:
    """All lit trades of the day in the order of the tape."""
    rng = seeds.generator(seed, "lit", symbol, session.date)
    count = shape.day_size(session, per_day)
    times = shape.moments(rng, session, count, extended_share=shape.EXTENDED_SHARE)
    mean_step = DAY_SHARES / max(count, 1)
    volume, made = 0, []
    for ms in times:
        size = 100 * (1 + int(rng.expovariate(0.2)))
        volume += size + int(rng.expovariate(1.0) * mean_step)
        cents = round(prices.price_at(seed, symbol, session, ms / 1000) * 100) + rng.randint(-1, 1)
        made.append(_print(rng, symbol, session, ms, (cents, size, volume)))
    return made


def _print(rng: random.Random, symbol: str, session: Session, ms: int, traded: tuple[int, int, int]) -> Print:
    cents, size, volume = traded
    price, decimals = fixed(cents * 100)
    regular = session.opens_at.timestamp() <= ms / 1000 < session.closes_at.timestamp()
    row = {
        "size": size,
        "ticker": symbol,
        "price": price,
        "sale_cond_codes": None,
        "volume": volume,
        "executed_at": utc_second(ms // 1000),
        "premium": fixed(cents * 100 * size, decimals)[0],
        "canceled": False,
        "nbbo_ask": fixed((cents + 1) * 100)[0],
        "nbbo_bid": fixed((cents - 1) * 100)[0],
        "ext_hour_sold_codes": None if regular else EXTENDED,
        "market_center": rng.choice(CENTERS),
        "nbbo_ask_quantity": 1 + int(rng.expovariate(0.05)),
        "nbbo_bid_quantity": 1 + int(rng.expovariate(0.05)),
        "tracking_id": tracking_id(symbol, ms),
        "trade_code": None,
        "trade_settlement": "regular",
    }
    return Print(row, ms, ms + rng.randint(200, 1500), None, rng.getrandbits(32))


def tracking_id(symbol: str, ms: int) -> int:
    """Ticker and milliseconds since 00:00 UTC."""
    return seeds.ticker_id(symbol) << 32 | ms % DAY_MS
