"""Flow alerts: each is about a trade, is told a second or two later, and its window includes both ends."""

from dataclasses import replace
from datetime import date

import pytest

from simulator.clock.calendar import session
from simulator.model import alerts, options
from simulator.model.alerts import Alert, AlertQuery
from simulator.model.options import Trade

THERE = session(date(2026, 11, 20))
ANY = AlertQuery(0, 2**60, 100, None, frozenset(), (None, None), (None, None))


@pytest.fixture(scope="module")
def trades() -> dict[str, list[Trade]]:
    return {symbol: options.make_day(7, symbol, THERE, 2000) for symbol in ("SPY", "AAPL")}


@pytest.fixture(scope="module")
def made(trades: dict[str, list[Trade]]) -> list[Alert]:
    return alerts.make_day(7, THERE, trades)


def test_there_is_an_alert_for_each_larger_trade_of_every_symbol(
    trades: dict[str, list[Trade]], made: list[Alert]
) -> None:
    larger = sorted((t.chain, str(t.premium)) for day in trades.values() for t in day if t.size >= 4)
    assert sorted((a.row["option_chain"], a.row["total_premium"]) for a in made) == larger
    assert len(made) > 1000


def test_an_alert_is_told_one_to_two_and_a_half_seconds_after_its_trades(made: list[Alert]) -> None:
    delays = [alert.us // 1000 - alert.row["end_time"] for alert in made]
    assert min(delays) >= 1000
    assert max(delays) <= 2501
    assert all(alert.row["start_time"] <= alert.row["end_time"] for alert in made)


def test_ids_never_repeat_and_times_have_microseconds(made: list[Alert]) -> None:
    assert len({alert.row["id"] for alert in made}) == len(made)
    assert made == sorted(made, key=lambda alert: alert.row["created_at"])


def test_a_row_has_as_many_keys_as_a_recorded_one(made: list[Alert]) -> None:
    assert {len(alert.row) for alert in made} == {36}


def test_the_sides_never_exceed_the_whole(made: list[Alert]) -> None:
    for row in (alert.row for alert in made):
        sides = int(row["total_ask_side_prem"]) + int(row["total_bid_side_prem"])
        assert sides in {0, int(row["total_premium"])}


def test_the_same_seed_makes_the_same_alerts(trades: dict[str, list[Trade]], made: list[Alert]) -> None:
    assert alerts.make_day(7, THERE, trades) == made
    others = alerts.make_day(8, THERE, trades)
    assert not {alert.row["id"] for alert in others} & {alert.row["id"] for alert in made}


def test_both_ends_of_the_window_belong_to_it(made: list[Alert]) -> None:
    this = replace(made[5], us=1_000_000_000_000_000)
    second = 1_000_000_000
    assert replace(ANY, newer_than=second, older_than_us=second * 1_000_000).fits(this)
    assert not replace(ANY, newer_than=second + 1).fits(this)
    assert not replace(ANY, older_than_us=second * 1_000_000 - 1).fits(this)


def test_filters_leave_out_what_they_should(made: list[Alert]) -> None:
    this = made[0]
    for fitting, not_fitting in (
        ({"symbol": this.symbol}, {"symbol": "TSLA"}),
        ({"rules": frozenset({this.rule})}, {"rules": frozenset({"OtmEarningsFloor"})}),
        ({"premium": (this.premium, None)}, {"premium": (this.premium + 1, None)}),
        ({"size": (None, this.size)}, {"size": (None, this.size - 1)}),
    ):
        assert replace(ANY, **fitting).fits(this)
        assert not replace(ANY, **not_fitting).fits(this)
