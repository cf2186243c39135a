"""A day of prints has the peculiarities that a collector must survive."""

import random
import time
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from simulator.clock.calendar import session
from simulator.model import darkpool, seeds
from simulator.model.darkpool import Burst, Print
from simulator.model.oddities import Oddities

DAY = date(2026, 11, 20)
KEYS = frozenset(
    [
        "size",
        "ticker",
        "price",
        "sale_cond_codes",
        "volume",
        "executed_at",
        "premium",
        "canceled",
        "nbbo_ask",
        "nbbo_bid",
        "ext_hour_sold_codes",
        "market_center",
        "nbbo_ask_quantity",
        "nbbo_bid_quantity",
        "tracking_id",
        "trade_code",
        "trade_settlement",
        "trf_executed_at",
    ]
)


def make(
    seed: int = 7,
    symbol: str = "SPY",
    day: date = DAY,
    per_day: int = 8000,
    bursts: tuple[Burst, ...] = (),
) -> list[Print]:
    return darkpool.make_day(seed, symbol, session(day), per_day, bursts)


@pytest.fixture(scope="module")
def prints() -> list[Print]:
    return make()


def identity(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("ticker", "executed_at", "tracking_id", "price", "size", "volume")
    return tuple(row[name] for name in names)


def test_the_same_seed_symbol_and_date_make_the_same_day(prints: list[Print]) -> None:
    random.seed(99)
    assert make() == prints


@pytest.mark.parametrize("other", [{"seed": 8}, {"symbol": "QQQ"}, {"day": date(2026, 11, 19)}])
def test_another_seed_symbol_or_date_makes_another_day(prints: list[Print], other: dict[str, Any]) -> None:
    ours = {this.row["volume"] for this in prints}
    assert len(ours & {this.row["volume"] for this in make(**other)}) < len(ours) / 10


def test_a_number_from_the_seed_is_the_same_in_every_process() -> None:
    # printf '7|darkpool|SPY|2026-11-20' | b2sum -l 64
    assert seeds.number(7, "darkpool", "SPY", DAY) == 0xD295528014462F1E


def test_no_two_prints_are_the_same(prints: list[Print]) -> None:
    assert len({identity(this.row) for this in prints}) == len(prints)


def test_tracking_ids_alone_would_lose_prints(prints: list[Print]) -> None:
    assert len({this.row["tracking_id"] for this in prints}) < len(prints) - 100


def test_a_tracking_id_is_the_ticker_and_the_milliseconds_of_the_utc_day(prints: list[Print]) -> None:
    for this in prints:
        tracking_id = this.row["tracking_id"]
        if tracking_id == 0:
            continue
        assert tracking_id >> 32 == seeds.ticker_id("SPY")
        at = datetime.fromisoformat(this.row["executed_at"])
        midnight = at.replace(hour=0, minute=0, second=0)
        assert (tracking_id & 0xFFFFFFFF) // 1000 == (at - midnight).total_seconds()


def test_some_prints_have_no_tracking_id(prints: list[Print]) -> None:
    assert 0 < sum(this.row["tracking_id"] == 0 for this in prints) < 40


def test_in_the_old_days_tracking_ids_were_nanoseconds_since_midnight_new_york() -> None:
    first = make(day=date(2025, 3, 20), per_day=50)[0]
    at = datetime.fromisoformat(first.row["executed_at"])
    assert first.row["tracking_id"] // 10**9 == (at - datetime(2025, 3, 20, 4, tzinfo=UTC)).total_seconds()
    assert first.row["trf_executed_at"] is None


def test_the_premium_is_exactly_price_times_size_in_the_prices_scale(prints: list[Print]) -> None:
    for this in prints:
        assert this.row["premium"] == str(Decimal(this.row["price"]) * this.row["size"])


def test_prices_come_in_every_scale_from_whole_dollars_to_four_decimals(prints: list[Print]) -> None:
    scales = Counter(-Decimal(this.row["price"]).as_tuple().exponent for this in prints)
    assert set(scales) == {0, 1, 2, 3, 4}


def test_no_row_is_worth_less_than_the_floor(prints: list[Print]) -> None:
    assert min(Decimal(this.row["premium"]) for this in prints) >= 100_000


def test_volume_runs_through_the_day_and_leaves_room_for_each_print(prints: list[Print]) -> None:
    for before, after in pairwise(prints):
        assert after.row["volume"] - after.row["size"] >= before.row["volume"]


@pytest.mark.slow
def test_volume_leaves_room_for_fractions_and_for_the_small_prints_between() -> None:
    odd = Oddities(fractional_sizes=True, premium_floor=False)
    made = darkpool.make_day(7, "SPY", session(DAY), 30_000, oddities=odd)
    assert len(made) > 40_000
    for before, after in pairwise(made):
        assert before.second <= after.second
        assert after.row["volume"] - after.row["size"] >= before.row["volume"]


def test_prints_happen_from_four_in_the_morning_to_eight_in_the_evening_and_not_outside(
    prints: list[Print],
) -> None:
    start = session(DAY).extended_opens_at.timestamp()
    hours = Counter(int((this.ms / 1000 - start) // 3600) for this in prints)
    assert min(hours) == 0
    assert max(hours) == 15


def test_the_day_is_busiest_at_its_bells(prints: list[Print]) -> None:
    start = session(DAY).opens_at.timestamp()
    halves = Counter(int((this.ms / 1000 - start) // 1800) for this in prints)
    assert halves[0] > 1.5 * halves[6] < halves[12]


def test_rows_outside_regular_hours_say_so_and_no_others(prints: list[Print]) -> None:
    there = session(DAY)
    for this in prints:
        regular = there.opens_at.timestamp() <= this.ms / 1000 < there.closes_at.timestamp()
        assert (this.row["ext_hour_sold_codes"] is None) == regular


def test_late_prints_appear_minutes_after_their_time(prints: list[Print]) -> None:
    delays = [this.appears_ms - this.ms for this in prints if this.canceled_ms is None]
    assert min(delays) >= 0
    assert 0.003 < sum(delay > 60_000 for delay in delays) / len(delays) < 0.03
    assert max(delays) > 300_000


def test_a_canceled_print_was_first_served_as_good(prints: list[Print]) -> None:
    canceled = [this for this in prints if this.canceled_ms]
    assert 10 < len(canceled) < 100
    for this in canceled:
        assert this.seen(this.appears_ms)["canceled"] is False
        assert this.seen(this.canceled_ms)["canceled"] is True
        assert this.canceled_ms - this.appears_ms >= 120_000


def test_some_cancels_are_followed_by_the_right_print_of_the_same_millisecond(prints: list[Print]) -> None:
    canceled = {(this.ms, this.canceled_ms) for this in prints if this.canceled_ms}
    assert any((this.ms, this.appears_ms) in canceled for this in prints)


def test_every_row_has_every_key_of_the_contract_and_a_few_have_more(prints: list[Print]) -> None:
    assert all(set(this.row) >= KEYS for this in prints)
    assert 0 < sum(len(this.row) > len(KEYS) for this in prints) < len(prints) / 50


def test_settlement_is_sometimes_null_and_conditions_sometimes_unknown(prints: list[Print]) -> None:
    assert {None, "regular", "regular_settlement"} <= {this.row["trade_settlement"] for this in prints}
    assert {"average_price_trade", "prio_reference_price"} <= {this.row["sale_cond_codes"] for this in prints}


def test_a_burst_changes_nothing_around_it_but_the_volumes_after_it(prints: list[Print]) -> None:
    second = prints[4000].second + 1
    burst = make(bursts=(Burst(second, 600),))
    before = [[this for this in made if this.second < second] for made in (prints, burst)]
    after = [[this.row["premium"] for this in made if this.second > second] for made in (prints, burst)]
    assert before[0] == before[1]
    assert after[0] == after[1]
    assert sum(this.second == second for this in burst) >= 600


def test_a_half_day_has_fewer_prints_and_none_after_its_after_hours() -> None:
    friday = make(day=date(2026, 11, 27))
    assert len(friday) < 5500
    assert max(this.ms for this in friday) / 1000 < session(date(2026, 11, 27)).extended_closes_at.timestamp()


def test_a_busy_day_is_made_in_less_than_two_seconds() -> None:
    started = time.process_time()
    assert len(make(per_day=30_000)) >= 29_900
    assert time.process_time() - started < 2
