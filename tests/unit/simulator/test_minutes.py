"""Minute aggregates: accounts of the option trades that settle ten minutes after their minute."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulator.clock.calendar import Session, session
from simulator.model import flow, minutes, options, restated, tide
from simulator.model.options import Trade

THERE = session(date(2026, 11, 20))
HALF_DAY = session(date(2026, 11, 27))
NOON_S = int(THERE.opens_at.timestamp()) + 150 * 60 + 30
EVENING_S = int(THERE.closes_at.timestamp()) + 3600


@pytest.fixture(scope="module")
def trades() -> list[Trade]:
    return options.make_day(7, "SPY", THERE, 6000)


def ticks(
    trades: list[Trade], now_s: int, symbol: str = "SPY", there: Session = THERE
) -> list[dict[str, Any]]:
    told = restated.reported(trades, now_s * 1_000_000)
    return minutes.ticks(symbol, told, there, now_s)


@pytest.mark.parametrize(
    ("symbol", "there", "count"),
    [("SPY", THERE, 405), ("AAPL", THERE, 390), ("QQQ", HALF_DAY, 225), ("AAPL", HALF_DAY, 210)],
)
def test_a_day_of_ticks_has_a_row_for_each_minute_that_options_trade(
    symbol: str, there: Session, count: int
) -> None:
    later = int(there.closes_at.timestamp()) + 3600
    rows = ticks([], later, symbol, there)
    assert len(rows) == len({row["tape_time"] for row in rows}) == count
    assert rows[0]["tape_time"].endswith("14:30:00Z")


def test_ticks_are_not_cumulative_and_add_up_to_all_trades(trades: list[Trade]) -> None:
    rows = ticks(trades, EVENING_S)
    calls = [trade for trade in trades if trade.is_call]
    assert sum(row["call_volume"] for row in rows) == sum(trade.size for trade in calls)
    bought, sold = (sum(t.premium for t in calls if t.side == side) for side in ("ask", "bid"))
    assert sum(Decimal(row["net_call_premium"]) for row in rows) == bought - sold


def test_an_etfs_tide_is_its_ticks_added_up(trades: list[Trade]) -> None:
    last = minutes.tide(trades, THERE, EVENING_S)[-1]
    rows = ticks(trades, EVENING_S)
    for right in flow.RIGHTS:
        name = f"net_{right}_premium"
        assert Decimal(last[name]) == sum(Decimal(row[name]) for row in rows)
    assert last["timestamp"] == "2026-11-20T15:59:00-05:00"


def test_the_running_minute_grows(trades: list[Trade]) -> None:
    running = [ticks(trades, NOON_S - 30 + k)[-1]["call_volume"] for k in (1, 59)]
    assert running[0] < running[1]


def test_finished_minutes_change_for_ten_minutes_and_never_again(trades: list[Trade]) -> None:
    now, final = ticks(trades, NOON_S), ticks(trades, EVENING_S)
    settled = len(now) - 11
    assert now[:settled] == final[:settled]
    assert now[settled:-1] != final[settled : len(now) - 1]
    assert all(row["call_volume"] <= last["call_volume"] for row, last in zip(now, final, strict=False))


def test_a_minute_has_at_most_eight_strikes_and_they_are_the_largest(trades: list[Trade]) -> None:
    rows = minutes.top_strikes(trades, THERE.date, "Volume")
    busiest = max({row["timestamp"] for row in rows}, key=lambda at: sum(r["timestamp"] == at for r in rows))
    mine = [row for row in rows if row["timestamp"] == busiest]
    assert len(mine) == 8
    start = int(session(THERE.date).opens_at.fromisoformat(busiest).timestamp())
    everywhere = flow.per_strike([t for t in trades if t.us // 60_000_000 * 60 == start], THERE.date)
    volumes = sorted((row["call_volume"] + row["put_volume"] for row in everywhere), reverse=True)
    assert sorted((row["call_volume"] + row["put_volume"] for row in mine), reverse=True) == volumes[:8]


def test_a_strike_of_a_minute_is_told_at_the_minutes_start_in_milliseconds(trades: list[Trade]) -> None:
    rows = minutes.top_strikes(trades, THERE.date, "NetPremium")
    assert all(row["timestamp"].endswith(":00.000Z") for row in rows)
    assert len({(row["strike"], row["timestamp"]) for row in rows}) == len(rows)


def test_a_sectors_tide_settles_on_its_part_of_the_markets(trades: list[Trade]) -> None:
    noon = THERE.opens_at + timedelta(seconds=NOON_S - THERE.opens_at.timestamp())
    now, final = (tide.sector_rows(7, "Energy", THERE, at) for at in (noon, noon + timedelta(hours=9)))
    assert len(now) == 151
    assert len(final) == 390
    assert now[:139] == final[:139]
    assert now[145] != final[145]
    market = tide.rows(7, THERE, noon + timedelta(hours=9), step_minutes=1)[-1]
    part = Decimal(final[-1]["net_call_premium"]) / Decimal(market["net_call_premium"])
    assert Decimal("0.02") < part < Decimal("0.12")


def test_a_part_of_a_minute_grows_to_the_whole() -> None:
    parts = [restated.part(7, "x", 0, at) for at in (0, 15, 45, 60, 659, 660, 10_000)]
    assert parts[:3] == sorted(parts[:3])
    assert parts[0] == 0
    assert 0.97 < parts[3] < 1
    assert parts[5:] == [1, 1]
