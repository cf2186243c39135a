"""Every options feed is an account of the same trades."""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from simulator.clock.calendar import session
from simulator.model import flow, options
from simulator.model.options import Trade

THERE = session(date(2026, 11, 20))
Account = Callable[[Iterable[Trade], date], list[dict[str, Any]]]
SUMS = ("premium", "trades", "volume")


@pytest.fixture(scope="module")
def trades() -> list[Trade]:
    return options.make_day(7, "SPY", THERE, 3000)


def total(rows: Iterable[dict[str, Any]], name: str) -> int:
    return sum(int(float(row[f"{right}_{name}"])) for row in rows for right in ("call", "put"))


def test_the_same_seed_makes_the_same_trades(trades: list[Trade]) -> None:
    assert options.make_day(7, "SPY", THERE, 3000) == trades
    assert options.make_day(8, "SPY", THERE, 3000) != trades


def test_trade_ids_are_uuids_that_never_repeat(trades: list[Trade]) -> None:
    assert {uuid.UUID(trade.id).version for trade in trades} == {7}
    assert len({trade.id for trade in trades}) == len(trades)


def test_a_trade_id_begins_with_its_millisecond(trades: list[Trade]) -> None:
    assert all(int(trade.id.replace("-", "")[:12], 16) == trade.us // 1000 for trade in trades)


def test_a_row_names_its_contract_and_writes_money_as_text(trades: list[Trade]) -> None:
    row = trades[10].row()
    assert re.fullmatch(r"SPY\d{6}[CP]\d{8}", row["option_chain_id"])
    assert float(row["premium"]) == pytest.approx(float(row["price"]) * row["size"] * 100)
    assert {type(row[name]) for name in ("price", "premium", "nbbo_bid", "nbbo_ask")} == {str}


def test_bids_stay_below_asks_and_trades_between_them(trades: list[Trade]) -> None:
    assert all(trade.bid_cents <= trade.price_cents <= trade.ask_cents for trade in trades)


def test_expiries_are_sessions_that_are_not_over(trades: list[Trade]) -> None:
    for expiry in {trade.expiry for trade in trades}:
        assert session(expiry)
        assert expiry >= THERE.date


def test_contracts_of_a_closed_friday_end_on_the_thursday() -> None:
    before_good_friday = options.expiries(date(2026, 3, 30))
    assert before_good_friday[:2] == [date(2026, 4, 2), date(2026, 4, 10)]


@pytest.mark.parametrize("account", [flow.per_strike, flow.per_expiry])
def test_the_rows_of_an_account_add_up_to_all_trades(trades: list[Trade], account: Account) -> None:
    rows = account(trades, THERE.date)
    assert total(rows, "premium") == sum(trade.premium for trade in trades)
    assert total(rows, "trades") == len(trades)
    assert total(rows, "volume") == sum(trade.size for trade in trades)


@pytest.mark.parametrize("account", [flow.per_strike, flow.per_expiry])
def test_sides_and_out_of_the_money_parts_never_exceed_their_whole(
    trades: list[Trade], account: Account
) -> None:
    for row in account(trades, THERE.date):
        for right in ("call", "put"):
            sides = row[f"{right}_volume_ask_side"] + row[f"{right}_volume_bid_side"]
            assert sides <= row[f"{right}_volume"] >= row[f"{right}_otm_volume"]


def test_an_account_only_grows_through_the_day(trades: list[Trade]) -> None:
    noon = int((THERE.opens_at + timedelta(hours=2)).timestamp() * 1_000_000)
    early = {row["strike"]: row for row in flow.per_strike(flow.until(trades, noon), THERE.date)}
    late = {row["strike"]: row for row in flow.per_strike(trades, THERE.date)}
    assert total(early.values(), "trades") == sum(trade.us <= noon for trade in trades)
    assert set(early) < set(late)
    assert all(
        total([late[strike]], name) >= total([row], name) for strike, row in early.items() for name in SUMS
    )


def test_strikes_carry_the_new_york_time_of_their_newest_trade(trades: list[Trade]) -> None:
    row = max(flow.per_strike(trades, THERE.date), key=lambda row: row["call_trades"])
    mine = [trade for trade in trades if f"{trade.strike}.0" == row["strike"]]
    assert (
        datetime.fromisoformat(row["timestamp"]).timestamp() == max(trade.us for trade in mine) // 1_000_000
    )
    assert row["timestamp"].endswith("-05:00")


def test_recent_flow_is_the_last_fifty_newest_first(trades: list[Trade]) -> None:
    assert [row["id"] for row in flow.recent(trades)] == [trade.id for trade in trades[:-51:-1]]


def test_recent_flow_of_one_side_looks_further_back_for_its_fifty(trades: list[Trade]) -> None:
    rows = flow.recent(trades, "BID", 5000)
    assert len(rows) == 50
    assert all("bid_side" in row["tags"] and float(row["premium"]) >= 5000 for row in rows)


def test_all_three_sides_trade(trades: list[Trade]) -> None:
    assert set(Counter(trade.side for trade in trades)) == {"ask", "bid", "mid"}
