"""A day of dark-pool prints with the vendor's peculiarities: twins, late prints, cancels, corrections."""

import math
import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from simulator.clock.calendar import Session
from simulator.model import codes, prices, seeds, shape
from simulator.model.oddities import USUAL, Oddities
from simulator.model.text import fixed, utc_second

FLOOR = 100_000
SCALE = 10_000
DAY_MS = 86_400_000
DAY_SHARES = 55_000_000
VERY_LATE_SHARE = 0.1
CORRECTED_SHARE = 0.5
SMALL_SHARE = 0.5
FRACTIONAL_SHARE = 0.2
FLIPPED_MS = 180_000
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
    restored_ms: int | None = None
    shown_for_ms: int | None = None

    @property
    def second(self) -> int:
        """The whole second that the API orders and cuts by."""
        return self.ms // 1000

    @property
    def told_ms(self) -> list[int]:
        """The moments at which a stream tells of it: it appears, is canceled, is good again, is canceled."""
        again = None if self.restored_ms is None else self.restored_ms + FLIPPED_MS
        moments = (self.appears_ms, self.canceled_ms, self.restored_ms, again)
        return [ms for ms in moments if ms is not None]

    def seen(self, now_ms: int) -> dict[str, Any]:
        """The row as it is served at that moment."""
        return {**self.row, "canceled": True} if self.is_canceled(now_ms) else self.row

    def is_canceled(self, now_ms: int) -> bool:
        """Whether it is said to be taken back; some are said to be good again for a while."""
        if self.canceled_ms is None or now_ms < self.canceled_ms:
            return False
        return self.restored_ms is None or not self.restored_ms <= now_ms < self.restored_ms + FLIPPED_MS

    def is_gone(self, now_ms: int) -> bool:
        """Whether it was served once and is not any more."""
        return self.shown_for_ms is not None and self.appears_ms + self.shown_for_ms <= now_ms


@dataclass(frozen=True, slots=True)
class Deal:
    """What was agreed: ten-thousandths of a dollar, shares, and the day's volume with it."""

    price: int
    bid: int
    ask: int
    marks: codes.Marks
    size: float
    volume: int


@dataclass(frozen=True, slots=True)
class Burst:
    """Extra prints inside one second."""

    second: int
    count: int


def make_day(  # noqa: PLR0913 - what a day depends on, two of them rarely asked for
    seed: int,
    symbol: str,
    session: Session,
    per_day: int,
    bursts: tuple[Burst, ...] = (),
    *,
    oddities: Oddities = USUAL,
) -> list[Print]:
    """All prints of the day in the order of the tape."""
    count = shape.day_size(session, per_day)
    rng = seeds.generator(seed, "darkpool", symbol, session.date)
    times = shape.moments(rng, session, count, extended_share=shape.EXTENDED_SHARE)
    maker = _Maker(seed, symbol, session, rng, oddities)
    _make_twins(rng, times, oddities.twin_percent / 100)
    extra = sorted(burst.second * 1000 + k % 1000 for burst in bursts for k in range(burst.count))
    made = maker.run(times, extra)
    return made if oddities.premium_floor else maker.with_small_ones(made)


def _make_twins(rng: random.Random, times: list[int], share: float) -> None:
    for k in range(1, len(times)):
        if rng.random() < share:
            times[k] = times[k - 1]


class _Maker:
    """Writes prints one after the other, because volume runs through the day."""

    def __init__(
        self, seed: int, symbol: str, session: Session, rng: random.Random, oddities: Oddities
    ) -> None:
        self.rng = rng
        self.oddities = oddities
        self.symbol = symbol
        self.mean_gap = 0.0  # run() knows how many share the day's volume
        self.path = prices.minute_path(seed, symbol, session)
        self.start_ms = int(session.extended_opens_at.timestamp() * 1000)
        self.open_ms = int(session.opens_at.timestamp() * 1000)
        self.close_ms = int(session.closes_at.timestamp() * 1000)
        self.id_base = seeds.ticker_id(symbol) << 32
        self.date = session.date
        # These draw from generators of their own: the prints around them stay what they were.
        self.burst_rng = seeds.generator(seed, "burst", symbol, session.date)
        self.fraction_rng = seeds.generator(seed, "fraction", symbol, session.date)
        self.small_rng = seeds.generator(seed, "small", symbol, session.date)
        self.volume = 0

    def run(self, times: list[int], extra: list[int]) -> list[Print]:
        made: list[Print] = []
        self.mean_gap = DAY_SHARES / max(len(times), 1)
        tape = sorted([(ms, 0) for ms in times] + [(ms, 1) for ms in extra])
        for ms, is_burst in tape:
            rng = self.burst_rng if is_burst else self.rng
            this = self.one(rng, ms)
            made.append(this)
            if not is_burst and rng.random() * 100 < self.oddities.cancel_percent:
                made.extend(self.cancel(rng, this))
        return made

    def one(self, rng: random.Random, ms: int) -> Print:
        price, bid, ask = self.quote(rng, ms)
        marks = self.marks(rng, ms)
        if marks.away:
            price = int(price * (1 + rng.gauss(0, 0.008)))
        size = _size(rng, price)
        self.volume += size + int(rng.expovariate(1.0) * self.mean_gap * 0.97)
        if self.oddities.fractional_sizes and self.fraction_rng.random() < FRACTIONAL_SHARE:
            # The volume stays whole, and one more keeps room for the fraction.
            self.volume += 1
            return self.printed(rng, ms, Deal(price, bid, ask, marks, size + 0.25, self.volume))
        return self.printed(rng, ms, Deal(price, bid, ask, marks, size, self.volume))

    def marks(self, rng: random.Random, ms: int) -> codes.Marks:
        return codes.draw(rng, self.oddities, extended=not self.open_ms <= ms < self.close_ms)

    def with_small_ones(self, made: list[Print]) -> list[Print]:
        """The day with prints below the floor, in volume that nobody has claimed."""
        whole = made[:1]
        for before, after in pairwise(made):
            room = int(after.row["volume"] - after.row["size"] - before.row["volume"])
            if room > 0 and self.small_rng.random() < SMALL_SHARE:
                whole.append(self.small(self.small_rng, before, after.ms, room))
            whole.append(after)
        return whole

    def small(self, rng: random.Random, before: Print, until_ms: int, room: int) -> Print:
        ms = rng.randint(before.ms, until_ms)
        price, bid, ask = self.quote(rng, ms)
        size = rng.randint(1, min(room, _least(price) - 1))
        return self.printed(
            rng, ms, Deal(price, bid, ask, self.marks(rng, ms), size, before.row["volume"] + size)
        )

    def printed(self, rng: random.Random, ms: int, deal: Deal) -> Print:
        text, decimals = fixed(deal.price)
        marks = deal.marks
        row = {
            "size": deal.size,
            "ticker": self.symbol,
            "price": text,
            "sale_cond_codes": marks.sale_cond_codes,
            "volume": deal.volume,
            "executed_at": utc_second(ms // 1000),
            "premium": _premium(deal, text, decimals),
            "canceled": False,
            "nbbo_ask": fixed(deal.ask)[0],
            "nbbo_bid": fixed(deal.bid)[0],
            "ext_hour_sold_codes": marks.ext_hour_sold_codes,
            "market_center": marks.market_center,
            "nbbo_ask_quantity": 1 + int(rng.expovariate(0.05)),
            "nbbo_bid_quantity": 1 + int(rng.expovariate(0.05)),
            "tracking_id": 0
            if rng.random() * 100 < self.oddities.no_tracking_percent
            else self.tracking_id(ms),
            "trade_code": marks.trade_code,
            "trade_settlement": marks.trade_settlement,
            "trf_executed_at": self.trf_executed_at(ms, marks.trf_delay_s),
            **marks.extra,
        }
        appears_ms = ms + _delay_ms(rng, self.oddities.late_percent / 100)
        made = Print(row, ms, appears_ms, None, rng.getrandbits(32))
        if made.shuffle % 10_000 < self.oddities.vanish_percent * 100:
            made.shown_for_ms = 60_000 + made.shuffle % 3_600_000
        return made

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
        if wrong.shuffle // 10_000 % 10_000 < self.oddities.flip_percent * 100:
            wrong.restored_ms = wrong.canceled_ms + FLIPPED_MS
        if rng.random() >= CORRECTED_SHARE:
            return []
        right = self.one(rng, wrong.ms)
        right.appears_ms = wrong.canceled_ms
        return [right]


def _least(price: int) -> int:
    """The fewest shares that reach the floor."""
    return math.ceil(FLOOR * SCALE / price)


def _size(rng: random.Random, price: int) -> int:
    least = _least(price)
    size = int(least * (1 + 0.15 * (rng.paretovariate(1.1) - 1)))
    return max(least, size - size % 100) if rng.random() < 0.4 and size > least + 100 else size


def _premium(deal: Deal, price: str, decimals: int) -> str:
    if isinstance(deal.size, int):
        return fixed(deal.price * deal.size, decimals)[0]
    return str(Decimal(price) * Decimal(deal.size))


def _delay_ms(rng: random.Random, late_share: float) -> int:
    if rng.random() >= late_share:
        return rng.randint(200, 1500)
    if rng.random() >= VERY_LATE_SHARE:
        return rng.randint(5_000, 240_000)
    return rng.randint(240_000, 900_000)
