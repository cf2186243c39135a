"""A day of dark-pool prints with the vendor's peculiarities: twins, late prints, cancels, corrections."""

import math
import random
from dataclasses import dataclass
from datetime import date
from typing import Any

from simulator.clock.calendar import Session
from simulator.model import codes, prices, seeds, shape
from simulator.model.text import fixed, utc_second

FLOOR = 100_000
SCALE = 10_000
DAY_MS = 86_400_000
DAY_SHARES = 55_000_000
TWIN_SHARE = 0.02
LATE_SHARE = 0.01
VERY_LATE_SHARE = 0.1
CANCEL_SHARE = 0.004
CORRECTED_SHARE = 0.5
NO_TRACKING_SHARE = 0.0005
TRF_TIMES_SINCE = date(2025, 5, 1)
TICKER_IDS_SINCE = date(2025, 7, 1)


@dataclass(slots=True)
class Print:
    """One print: the row as first served, and when the world gets to know what about it."""

    row: dict[str, Any]
    ms: int
    appears_ms: int
    canceled_ms: int | None
    shuffle: int

    @property
    def second(self) -> int:
        """The whole second that the API orders and cuts by."""
        return self.ms // 1000

    @property
    def told_ms(self) -> list[int]:
        """The moments at which a stream tells of it: when it appears, when it is canceled."""
        return [ms for ms in (self.appears_ms, self.canceled_ms) if ms is not None]

    def seen(self, now_ms: int) -> dict[str, Any]:
        """The row as it is served at that moment."""
        if self.canceled_ms is not None and self.canceled_ms <= now_ms:
            return {**self.row, "canceled": True}
        return self.row


@dataclass(frozen=True, slots=True)
class Burst:
    """Extra prints inside one second."""

    second: int
    count: int


def make_day(
    seed: int, symbol: str, session: Session, per_day: int, bursts: tuple[Burst, ...] = ()
) -> list[Print]:
    """All prints of the day in the order of the tape."""
    count = shape.day_size(session, per_day)
    rng = seeds.generator(seed, "darkpool", symbol, session.date)
    times = shape.moments(rng, session, count, extended_share=shape.EXTENDED_SHARE)
    maker = _Maker(seed, symbol, session, rng, mean_gap=DAY_SHARES / max(count, 1))
    _make_twins(rng, times)
    extra = sorted(burst.second * 1000 + k % 1000 for burst in bursts for k in range(burst.count))
    return maker.run(times, extra)


def _make_twins(rng: random.Random, times: list[int]) -> None:
    for k in range(1, len(times)):
        if rng.random() < TWIN_SHARE:
            times[k] = times[k - 1]


class _Maker:
    """Writes prints one after the other, because volume runs through the day."""

    def __init__(
        self, seed: int, symbol: str, session: Session, rng: random.Random, *, mean_gap: float
    ) -> None:
        self.rng = rng
        self.symbol = symbol
        self.mean_gap = mean_gap
        self.path = prices.minute_path(seed, symbol, session)
        self.start_ms = int(session.extended_opens_at.timestamp() * 1000)
        self.open_ms = int(session.opens_at.timestamp() * 1000)
        self.close_ms = int(session.closes_at.timestamp() * 1000)
        self.id_base = seeds.ticker_id(symbol) << 32
        self.date = session.date
        # Burst prints draw from a generator of their own: the prints around them stay what they were.
        self.burst_rng = seeds.generator(seed, "burst", symbol, session.date)
        self.volume = 0

    def run(self, times: list[int], extra: list[int]) -> list[Print]:
        made: list[Print] = []
        tape = sorted([(ms, 0) for ms in times] + [(ms, 1) for ms in extra])
        for ms, is_burst in tape:
            rng = self.burst_rng if is_burst else self.rng
            this = self.one(rng, ms)
            made.append(this)
            if not is_burst and rng.random() < CANCEL_SHARE:
                made.extend(self.cancel(rng, this))
        return made

    def one(self, rng: random.Random, ms: int) -> Print:
        price, bid, ask = self.quote(rng, ms)
        marks = codes.draw(rng, extended=not self.open_ms <= ms < self.close_ms)
        if marks.away:
            price = int(price * (1 + rng.gauss(0, 0.008)))
        size = _size(rng, price)
        self.volume += size + int(rng.expovariate(1.0) * self.mean_gap * 0.97)
        text, decimals = fixed(price)
        row = {
            "size": size,
            "ticker": self.symbol,
            "price": text,
            "sale_cond_codes": marks.sale_cond_codes,
            "volume": self.volume,
            "executed_at": utc_second(ms // 1000),
            "premium": fixed(price * size, decimals)[0],
            "canceled": False,
            "nbbo_ask": fixed(ask)[0],
            "nbbo_bid": fixed(bid)[0],
            "ext_hour_sold_codes": marks.ext_hour_sold_codes,
            "market_center": marks.market_center,
            "nbbo_ask_quantity": 1 + int(rng.expovariate(0.05)),
            "nbbo_bid_quantity": 1 + int(rng.expovariate(0.05)),
            "tracking_id": 0 if rng.random() < NO_TRACKING_SHARE else self.tracking_id(ms),
            "trade_code": marks.trade_code,
            "trade_settlement": marks.trade_settlement,
            "trf_executed_at": self.trf_executed_at(ms, marks.trf_delay_s),
            **marks.extra,
        }
        return Print(row, ms, ms + _delay_ms(rng), None, rng.getrandbits(32))

    def tracking_id(self, ms: int) -> int:
        """Ticker and milliseconds since 00:00 UTC; in the old days nanoseconds since midnight New York."""
        if self.date >= TICKER_IDS_SINCE:
            return self.id_base | ms % DAY_MS
        return (ms - self.start_ms + 4 * 3_600_000) * 1_000_000

    def trf_executed_at(self, ms: int, delay_s: int) -> str | None:
        """When it was executed, which nobody told before May 2025."""
        return utc_second(ms // 1000 - delay_s) if self.date >= TRF_TIMES_SINCE else None

    def quote(self, rng: random.Random, ms: int) -> tuple[int, int, int]:
        middle = self.path[max(0, min((ms - self.start_ms) // 60_000, prices.DAY_MINUTES))]
        cents = round(middle * 100 * (1 + rng.gauss(0, 0.0001)))
        spread = 1 + int(rng.expovariate(1.2))
        bid, ask = cents * 100, (cents + spread) * 100
        if rng.random() < 0.4:
            return rng.randint(bid, ask), bid, ask
        return rng.choice((bid, ask, (bid + ask) // 2)), bid, ask

    def cancel(self, rng: random.Random, wrong: Print) -> list[Print]:
        """Take a print back some minutes later; half of the time the right one comes in its place."""
        wrong.canceled_ms = wrong.appears_ms + rng.randint(120_000, 1_800_000)
        if rng.random() >= CORRECTED_SHARE:
            return []
        right = self.one(rng, wrong.ms)
        right.appears_ms = wrong.canceled_ms
        return [right]


def _size(rng: random.Random, price: int) -> int:
    least = math.ceil(FLOOR * SCALE / price)
    size = int(least * (1 + 0.15 * (rng.paretovariate(1.1) - 1)))
    return max(least, size - size % 100) if rng.random() < 0.4 and size > least + 100 else size


def _delay_ms(rng: random.Random) -> int:
    if rng.random() >= LATE_SHARE:
        return rng.randint(200, 1500)
    if rng.random() >= VERY_LATE_SHARE:
        return rng.randint(5_000, 240_000)
    return rng.randint(240_000, 900_000)
