"""Candles: the minute prices in rows of any length, newest first."""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from simulator.clock.calendar import session, sessions_back
from simulator.model import candles, prices

THERE = session(date(2026, 11, 20))
DAYS = sessions_back(THERE.date, 10)[::-1]
EVENING_S = THERE.extended_closes_at.timestamp() + 3600
NOON_S = THERE.opens_at.timestamp() + 150 * 60 + 30


def inside(size: str, now_s: float = EVENING_S, count: int = 1) -> list[dict[str, Any]]:
    return list(candles.inside_days(7, "SPY", DAYS[:count], now_s, size))


def of_days(now_s: float = EVENING_S, *, weekly: bool = False) -> list[dict[str, Any]]:
    return candles.of_days(7, "SPY", DAYS, now_s, weekly=weekly)


def test_a_day_has_a_minute_for_each_from_pre_market_to_after_hours() -> None:
    kinds = [row["market_time"] for row in inside("1m")]
    assert [kinds.count(kind) for kind in ("pr", "r", "po")] == [330, 390, 240]


def test_candles_come_newest_first() -> None:
    starts = [row["start_time"] for row in inside("5m", count=2)]
    assert starts == sorted(starts, reverse=True)


def test_a_minute_closes_at_the_price_the_next_one_opens_with() -> None:
    rows = inside("1m")[::-1]
    assert all(before["close"] == after["open"] for before, after in itertools.pairwise(rows))


@pytest.mark.parametrize("size", candles.INTRADAY)
def test_high_and_low_hold_everything_between_them(size: str) -> None:
    for row in inside(size):
        ends = Decimal(row["open"]), Decimal(row["close"])
        assert Decimal(row["low"]) <= min(ends) <= max(ends) <= Decimal(row["high"])


@pytest.mark.parametrize("size", candles.INTRADAY)
def test_candles_of_any_length_share_the_days_volume(size: str) -> None:
    rows = inside(size)
    assert sum(row["volume"] for row in rows) == rows[0]["total_volume"]


def test_the_daily_candle_closes_at_the_closing_price_and_has_no_times() -> None:
    rows = of_days()
    assert [row["date"] for row in rows] == [day.date.isoformat() for day in DAYS]
    closing = prices.close_price(7, "SPY", THERE.date)
    assert abs(float(rows[0]["close"]) - closing) < 0.01
    assert "start_time" not in rows[0]


def test_a_week_is_dated_by_its_monday_and_made_of_its_days() -> None:
    days, week = of_days(), of_days(weekly=True)[0]
    assert week["date"] == "2026-11-16"
    assert week["high"] == max((row["high"] for row in days[:5]), key=Decimal)
    assert week["open"] == days[4]["open"]


def test_volumes_settle_ten_minutes_after_their_minute() -> None:
    now, final = inside("1m", NOON_S)[::-1], inside("1m")[::-1]
    finished = len(now) - 1
    assert [row["volume"] for row in now[: finished - 10]] == [
        row["volume"] for row in final[: finished - 10]
    ]
    assert now[finished - 1]["volume"] < final[finished - 1]["volume"]
    assert now[-1]["volume"] < 0.6 * final[finished]["volume"]
