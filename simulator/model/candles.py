"""Open, high, low, close: the minute prices, put together into candles of any length."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from simulator.clock.calendar import Session
from simulator.model import prices, restated, seeds
from simulator.model.darkpool import DAY_SHARES
from simulator.model.text import utc_second

INTRADAY = {"1m": 1, "5m": 5, "10m": 10, "15m": 15, "30m": 30, "1h": 60, "4h": 240}
SIZES = (*INTRADAY, "1d", "1w")
MOST = 2500


@dataclass(frozen=True, slots=True)
class Candle:
    """Prices in dollars; volume in shares; total is the day's volume at its end; kind is pr, r or po."""

    start: int
    end: int
    kind: str
    open: float
    high: float
    low: float
    close: float
    volume: int
    total: int

    def prices(self) -> dict[str, Any]:
        """What every row has."""
        told = {name: f"{getattr(self, name):.2f}" for name in ("open", "high", "low", "close")}
        return {**told, "market_time": self.kind, "volume": self.volume, "total_volume": self.total}

    def row(self) -> dict[str, Any]:
        """A candle inside a day."""
        return {**self.prices(), "start_time": utc_second(self.start), "end_time": utc_second(self.end)}


@lru_cache(maxsize=32)
def final(seed: int, symbol: str, session: Session) -> tuple[Candle, ...]:
    """The minutes of the session from 04:00 to the end of after-hours trading, as they end up."""
    path = prices.minute_path(seed, symbol, session)
    rng = seeds.generator(seed, "candles", symbol, session.date)
    first = int(session.extended_opens_at.timestamp())
    count = (int(session.extended_closes_at.timestamp()) - first) // 60
    found, total = [], 0
    for minute in range(count):
        start = first + 60 * minute
        kind = _kind(session, start)
        share = 0.97 / 390 if kind == "r" else 0.03 / 570
        volume = int(DAY_SHARES * share * (0.5 + rng.random()))
        total += volume
        open_, close = path[minute], path[minute + 1]
        high = max(open_, close) * (1 + 0.0002 * rng.random())
        low = min(open_, close) * (1 - 0.0002 * rng.random())
        found.append(Candle(start, start + 60, kind, open_, high, low, close, volume, total))
    return tuple(found)


def told(seed: int, symbol: str, session: Session, now_s: float) -> Iterator[Candle]:
    """The minutes that have begun, as they are told now: volumes still grow for some minutes."""
    total = 0
    for this in final(seed, symbol, session):
        if this.start >= now_s:
            return
        part = restated.part(seed, f"candle {symbol}", this.start, now_s)
        volume = int(this.volume * part)
        total += volume
        yield this if part == 1 and total == this.total else _as_of(this, volume, total, part)


def inside_days(
    seed: int, symbol: str, days: Iterable[Session], now_s: float, size: str
) -> Iterator[dict[str, Any]]:
    """Candles of one length, newest first; the days come newest first too."""
    for session in days:
        if settled(session, now_s):
            yield from _settled_rows(seed, symbol, session, size)
        else:
            yield from _rows(told(seed, symbol, session, now_s), session, size)


def settled(session: Session, now_s: float) -> bool:
    """Whether nothing of the session changes any more."""
    return now_s >= session.extended_closes_at.timestamp() + restated.SETTLED_AFTER_S


@lru_cache(maxsize=128)
def _settled_rows(seed: int, symbol: str, session: Session, size: str) -> tuple[dict[str, Any], ...]:
    return _rows(final(seed, symbol, session), session, size)


def _rows(minutes: Iterable[Candle], session: Session, size: str) -> tuple[dict[str, Any], ...]:
    first, length = int(session.extended_opens_at.timestamp()), INTRADAY[size] * 60
    groups = groupby(minutes, key=lambda this: ((this.start - first) // length, this.kind))
    return tuple(_merge(tuple(group)).row() for _, group in groups)[::-1]


def of_days(
    seed: int, symbol: str, days: Iterable[Session], now_s: float, *, weekly: bool
) -> list[dict[str, Any]]:
    """One candle a session or ISO week, newest first, of regular hours."""
    daily = [(session, candle) for session in days if (candle := _day(seed, symbol, session, now_s))]
    if not weekly:
        return [_dated(session, candle) for session, candle in daily]
    weeks = groupby(daily, key=lambda pair: pair[0].date - timedelta(days=pair[0].date.weekday()))
    rows = []
    for monday, group in weeks:
        candle = _merge(tuple(candle for _, candle in reversed(list(group))))
        rows.append({**candle.prices(), "total_volume": candle.volume, "date": monday.isoformat()})
    return rows


def _day(seed: int, symbol: str, session: Session, now_s: float) -> Candle | None:
    if settled(session, now_s):
        return _whole_day(seed, symbol, session)
    regular = tuple(this for this in told(seed, symbol, session, now_s) if this.kind == "r")
    return _merge(regular) if regular else None


@lru_cache(maxsize=4096)
def _whole_day(seed: int, symbol: str, session: Session) -> Candle:
    return _merge(tuple(this for this in final(seed, symbol, session) if this.kind == "r"))


def _dated(session: Session, candle: Candle) -> dict[str, Any]:
    return {**candle.prices(), "date": session.date.isoformat()}


def _merge(group: tuple[Candle, ...]) -> Candle:
    first, last = group[0], group[-1]
    high, low = max(this.high for this in group), min(this.low for this in group)
    volume = sum(this.volume for this in group)
    return Candle(first.start, last.end, first.kind, first.open, high, low, last.close, volume, last.total)


def _as_of(this: Candle, volume: int, total: int, part: float) -> Candle:
    """A minute that has not settled ends for now where the part of its trades that is known has got to."""
    if part == 1:
        return replace(this, total=total)
    close = this.open + (this.close - this.open) * part
    high, low = max(this.open, close), min(this.open, close)
    return Candle(this.start, this.end, this.kind, this.open, high, low, close, volume, total)


def _kind(session: Session, start: int) -> str:
    if start < session.opens_at.timestamp():
        return "pr"
    return "r" if start < session.closes_at.timestamp() else "po"
