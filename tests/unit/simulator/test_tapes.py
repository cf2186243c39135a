"""Lit trades and levels: the same prices and prints, told another way."""

import itertools
from datetime import date
from decimal import Decimal

import pytest

from simulator.clock.calendar import session
from simulator.model import darkpool, levels, lit, options, prices
from simulator.model.darkpool import Print

THERE = session(date(2026, 11, 20))
EVENING_MS = int(THERE.extended_closes_at.timestamp() * 1000) + 3_600_000


@pytest.fixture(scope="module")
def dark() -> list[Print]:
    return darkpool.make_day(7, "SPY", THERE, 2000)


@pytest.fixture(scope="module")
def bright() -> list[Print]:
    return lit.make_day(7, "SPY", THERE, 2000)


def test_a_lit_trade_costs_what_the_underlying_costs(bright: list[Print]) -> None:
    away = [
        abs(float(this.row["price"]) - prices.price_at(7, "SPY", THERE, this.ms / 1000)) for this in bright
    ]
    assert max(away) <= 0.016


def test_lit_volume_runs_through_the_day_and_leaves_room_for_each_size(bright: list[Print]) -> None:
    for before, after in itertools.pairwise(bright):
        assert after.row["volume"] - after.row["size"] >= before.row["volume"]


def test_a_lit_premium_is_price_times_size(bright: list[Print]) -> None:
    assert all(Decimal(p.row["premium"]) == Decimal(p.row["price"]) * p.row["size"] for p in bright)


def test_a_level_holds_more_than_its_prints_because_small_ones_are_never_listed(dark: list[Print]) -> None:
    near = [p for p in dark if p.row["sale_cond_codes"] is None and p.row["trade_code"] is None]
    listed = sum(p.row["size"] for p in near if p.canceled_ms is None)
    found = levels.volumes(dark, [], EVENING_MS, levels.FINE)
    assert listed * 1.1 < sum(volume for volume, _ in found.values()) < listed * 1.6


def test_fine_and_coarse_levels_share_the_volume(dark: list[Print], bright: list[Print]) -> None:
    fine, coarse = (levels.volumes(dark, bright, EVENING_MS, step) for step in (levels.FINE, levels.COARSE))
    for column in (0, 1):
        assert sum(v[column] for v in fine.values()) == sum(v[column] for v in coarse.values()) > 0
    assert len(fine) > 2 * len(coarse)


def test_a_canceled_print_leaves_its_level(dark: list[Print]) -> None:
    taken_back = next(p for p in dark if p.canceled_ms and not p.row["sale_cond_codes"])
    alone = [taken_back]
    assert levels.volumes(alone, [], taken_back.appears_ms, levels.FINE)
    assert levels.volumes(alone, [], taken_back.canceled_ms, levels.FINE) == {}


def test_prices_away_from_the_market_make_no_level(dark: list[Print]) -> None:
    away = [p for p in dark if p.row["sale_cond_codes"] or p.row["trade_code"] in levels.AWAY_CODES]
    assert away
    assert levels.volumes(away, [], EVENING_MS, levels.FINE) == {}


def test_option_levels_add_up_to_the_days_contracts() -> None:
    trades = options.make_day(7, "SPY", THERE, 500)
    rows = levels.option_rows(7, "SPY", THERE, trades)
    assert sum(row["call_volume"] + row["put_volume"] for row in rows) == sum(t.size for t in trades)
    assert [row["price"] for row in rows] == sorted(row["price"] for row in rows)
