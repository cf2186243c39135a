"""A day of option trades; every options feed except the tide is an account of these."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from simulator.clock.calendar import Session
from simulator.clock.calendar import session as session_of
from simulator.model import prices, seeds, shape
from simulator.model.text import utc_micro

SIDES = ("ask", "bid", "mid")
SIDE_WEIGHTS = (45, 40, 15)
EXPIRY_WEEKS = (0, 1, 2, 3, 4, 8, 13, 26, 52)
EXPIRY_WEIGHTS = (34, 18, 10, 8, 8, 8, 6, 5, 3)


@dataclass(frozen=True, slots=True)
class Trade:
    """One option trade, with integers for money: cents per share and dollars of premium."""

    us: int
    id: str
    symbol: str
    expiry: date
    is_call: bool
    strike: int
    is_otm: bool
    side: str
    price_cents: int
    bid_cents: int
    ask_cents: int
    size: int

    @property
    def premium(self) -> int:
        """Dollars: a contract is a hundred shares, so its premium has as many dollars as its price cents."""
        return self.price_cents * self.size

    @property
    def chain(self) -> str:
        """The OCC name of the contract without its padding."""
        return chain(self.symbol, self.expiry, self.strike, is_call=self.is_call)

    def row(self) -> dict[str, Any]:
        """The trade as flow-recent serves it."""
        return {
            "id": self.id,
            "option_chain_id": self.chain,
            "underlying_symbol": self.symbol,
            "executed_at": utc_micro(self.us),
            "price": _dollars(self.price_cents),
            "size": self.size,
            "premium": f"{self.premium}.00",
            "nbbo_bid": _dollars(self.bid_cents),
            "nbbo_ask": _dollars(self.ask_cents),
            "tags": self.tags(),
        }

    def tags(self) -> list[str]:
        """Side and what it says about the direction."""
        if self.side == "mid":
            return ["mid_side", "neutral"]
        bullish = self.is_call == (self.side == "ask")
        return [f"{self.side}_side", "bullish" if bullish else "bearish"]


def chain(symbol: str, expiry: date, strike: int, *, is_call: bool) -> str:
    """The OCC name of a contract without its padding; the strike in whole dollars."""
    return f"{symbol}{expiry:%y%m%d}{'C' if is_call else 'P'}{strike * 1000:08d}"


def make_day(seed: int, symbol: str, session: Session, per_day: int) -> list[Trade]:
    """All trades of the session, oldest first."""
    rng = seeds.generator(seed, "options", symbol, session.date)
    times = shape.moments(rng, session, shape.day_size(session, per_day))
    listed = [(expiry, max(1, (expiry - session.date).days)) for expiry in expiries(session.date)]
    spots = (prices.price_at(seed, symbol, session, ms / 1000) for ms in times)
    return [_trade(rng, symbol, listed, ms, spot) for ms, spot in zip(times, spots, strict=True)]


def expiries(day: date) -> list[date]:
    """The Fridays that are traded; a closed Friday's contracts end on the session before it."""
    friday = day + timedelta(days=(4 - day.weekday()) % 7)
    return [_last_session(friday + timedelta(weeks=weeks)) for weeks in EXPIRY_WEEKS]


def _last_session(day: date) -> date:
    while session_of(day) is None:
        day -= timedelta(days=1)
    return day


def _trade(rng: random.Random, symbol: str, listed: list[tuple[date, int]], ms: int, spot: float) -> Trade:
    expiry, days = rng.choices(listed, EXPIRY_WEIGHTS)[0]
    is_call = rng.random() < 0.52
    strike = max(1, round(spot * (1 + rng.gauss(0, 0.02))))
    inside = max(0.0, spot - strike if is_call else strike - spot)
    middle = max(2, round(100 * (inside + spot * 0.004 * days**0.5 * (0.3 + rng.random()))))
    spread = max(1, middle // 40)
    bid, ask = max(1, middle - spread), middle + spread
    side = rng.choices(SIDES, SIDE_WEIGHTS)[0]
    return Trade(
        us=ms * 1000 + rng.randrange(1000),
        id=_uuid7(rng, ms),
        symbol=symbol,
        expiry=expiry,
        is_call=is_call,
        strike=strike,
        is_otm=strike > spot if is_call else strike < spot,
        side=side,
        price_cents={"ask": ask, "bid": bid, "mid": middle}[side],
        bid_cents=bid,
        ask_cents=ask,
        size=1 + int(rng.paretovariate(0.9)) % 5000,
    )


def _uuid7(rng: random.Random, ms: int) -> str:
    bits = ms << 80 | 0x7 << 76 | rng.getrandbits(12) << 64 | 0b10 << 62 | rng.getrandbits(62)
    text = f"{bits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
