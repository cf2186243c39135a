"""The WebSocket pushes what REST serves, each thing when it appears, and forgets whatever nobody read."""

import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import requests
from simulator_asked import DAY, MIDDAY, running, simulator
from simulator_process import ROOT, Simulator
from simulator_stream import Stream

__all__ = ["running", "simulator"]
CONTRACT_OFF_LIT = frozenset(
    [
        "symbol",
        "price",
        "type",
        "size",
        "volume",
        "trade_settlement",
        "trade_code",
        "ext_hour_sold_codes",
        "sale_cond_codes",
        "executed_at",
        "trf_executed_at",
        "nbbo_bid",
        "nbbo_ask",
        "nbbo_bid_quantity",
        "nbbo_ask_quantity",
        "sector",
        "next_earnings_date",
        "avg30_volume",
        "issue_type",
        "marketcap",
    ]
)
CONTRACT_TRADE = frozenset(
    [
        "id",
        "underlying_symbol",
        "executed_at",
        "nbbo_bid",
        "nbbo_ask",
        "size",
        "price",
        "option_symbol",
        "created_at",
        "report_flags",
        "tags",
        "expiry",
        "option_type",
        "open_interest",
        "strike",
        "premium",
        "volume",
        "underlying_price",
        "ewma_nbbo_ask",
        "ewma_nbbo_bid",
        "implied_volatility",
        "delta",
        "theta",
        "gamma",
        "vega",
        "rho",
        "theo",
        "trade_code",
        "exchange",
        "ask_vol",
        "bid_vol",
        "no_side_vol",
        "mid_vol",
        "multi_vol",
        "stock_multi_vol",
    ]
)
ALERT_NUMBERS = ("underlying_price", "price", "total_premium", "total_ask_side_prem", "volume_oi_ratio")


@pytest.fixture
def midday(simulator: Simulator) -> Simulator:
    simulator.set_clock(MIDDAY, frozen=True)
    simulator.published(reset=True)
    return simulator


def known_by(row: dict[str, Any]) -> tuple[Any, ...]:
    symbol = row.get("symbol") or row["ticker"]
    return symbol, row["executed_at"], row["price"], row["size"], row["volume"], row["canceled"]


def truth(simulator: Simulator) -> set[tuple[Any, ...]]:
    rows = [row for symbol in ("SPY", "QQQ") for row in simulator.truth("darkpool", symbol=symbol, date=DAY)]
    return {known_by(row) for row in rows}


def tape(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["executed_at"] for row in rows]


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_join_is_answered_in_the_vendors_form(midday: Simulator) -> None:
    with Stream(midday) as stream:
        stream.connection.send('{"channel":"off_lit_trades","msg_type":"join"}')
        assert stream.connection.recv(timeout=5) == '["off_lit_trades",{"response":{},"status":"ok"}]'


def test_the_stream_pushes_exactly_what_becomes_true_while_it_is_open(midday: Simulator) -> None:
    before = truth(midday)
    with Stream(midday, "off_lit_trades") as stream:
        midday.advance(1800)
        pushed = stream.payloads()
    assert {known_by(row) for row in pushed} >= truth(midday) - before
    assert len({known_by(row) for row in pushed}) == len(pushed) > 200
    good = {known_by(row) for row in pushed if not row["canceled"]}
    assert not good & before


def test_a_print_of_the_stream_has_the_contracts_keys_and_no_tracking_id(midday: Simulator) -> None:
    with Stream(midday, "off_lit_trades") as stream:
        midday.advance(60)
        row = stream.next()[1]
    assert set(row) >= CONTRACT_OFF_LIT | {"market_center", "premium", "canceled"}
    assert not {"tracking_id", "ticker"} & set(row)
    assert row["type"] == "off_lit"


def test_a_late_print_and_a_cancel_are_pushed_when_they_appear_and_not_in_the_order_of_the_tape(
    midday: Simulator,
) -> None:
    with Stream(midday, "off_lit_trades") as stream:
        midday.advance(3600)
        pushed = stream.payloads()
    times = tape(row for row in pushed if not row["canceled"])
    late = [later for earlier, later in pairwise(times) if seconds(earlier) - seconds(later) > 10]
    canceled = [row for row in pushed if row["canceled"]]
    assert late
    assert canceled
    first = {known_by(row | {"canceled": True}): at for at, row in enumerate(pushed) if not row["canceled"]}
    assert any(first.get(known_by(row), len(pushed)) < pushed.index(row) for row in canceled)


def test_option_trades_carry_the_ids_of_recent_flow_on_both_channels(midday: Simulator) -> None:
    with Stream(midday, "option_trades", "option_trades:SPY", "option_trades:QQQ") as stream:
        midday.advance(600)
        frames: dict[str, list[dict[str, Any]]] = {}
        for channel, payload in stream.frames():
            frames.setdefault(channel, []).append(payload)
    everything = {row["id"] for row in frames["option_trades"]}
    served = [row["id"] for row in midday.api("/api/stock/SPY/flow-recent").json()]
    spy = [row["id"] for row in frames["option_trades:SPY"]]
    assert spy[-20:] == served[19::-1]
    assert everything == set(spy) | {row["id"] for row in frames["option_trades:QQQ"]}
    assert set(frames["option_trades"][0]) == CONTRACT_TRADE
    assert type(frames["option_trades"][0]["executed_at"]) is int


def test_flow_alerts_send_numbers_and_name_trades_that_exist(midday: Simulator) -> None:
    with Stream(midday, "flow-alerts") as stream:
        midday.advance(3600)
        alerts = stream.payloads()
    trades = {
        row["id"] for symbol in ("SPY", "QQQ") for row in midday.truth("flow-recent", symbol=symbol, date=DAY)
    }
    assert len({alert["id"] for alert in alerts}) == len(alerts) > 5
    for alert in alerts:
        assert {type(alert[name]) for name in ALERT_NUMBERS} <= {int, float}
        assert alert["trade_ids"]
        assert set(alert["trade_ids"]) <= trades


def test_nothing_of_before_the_join_is_ever_sent(midday: Simulator) -> None:
    with Stream(midday) as stream:
        # Several times, because a join that comes right after the clock's step would be a race.
        for _ in range(3):
            midday.advance(300)
            assert stream.ask("off_lit_trades") == "ok"
            before = truth(midday)
            midday.advance(300)
            pushed = stream.payloads()
            assert pushed
            assert not before & {known_by(row) for row in pushed}
            assert stream.ask("off_lit_trades", "leave") == "ok"


def test_a_clock_that_is_set_leaves_out_what_lies_between(midday: Simulator) -> None:
    with Stream(midday, "off_lit_trades") as stream:
        midday.set_clock("2026-11-20T18:00:00Z", frozen=True)
        assert stream.is_quiet()


def test_a_running_clock_pushes_within_a_moment_of_the_appearance(midday: Simulator) -> None:
    with Stream(midday, "option_trades") as stream:
        midday.set_clock("2026-11-20T20:59:00Z")
        payload = stream.next(20)[1]
        now = datetime.fromisoformat(midday.clock()["now"])
    happened = datetime.fromtimestamp(payload["executed_at"] / 1000, UTC)
    assert timedelta(0) <= now - happened < timedelta(seconds=1)


def test_the_time_of_each_sending_can_be_asked_for(midday: Simulator) -> None:
    started = time.time()
    with Stream(midday, "option_trades:SPY", "off_lit_trades") as stream:
        midday.advance(60)
        received = stream.payloads()
    published = midday.published()
    ids = {row["id"] for row in received if "id" in row}
    assert set(published["channels"]["option_trades:SPY"]) == ids
    times = [at for sent in published["channels"].values() for at in sent.values()]
    assert started <= min(times) <= max(times) <= time.time()
    assert (
        published["counts"]["sent off_lit_trades"]
        == len(received) - len(ids)
        == len(published["channels"]["off_lit_trades"])
    )


def test_the_log_of_requests_names_the_path_and_never_the_token() -> None:
    command = [sys.executable, "-m", "simulator", "--port=0", "--access-log"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        url = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
        requests.get(f"{url}/socket", params={"token": "a-secret"}, timeout=5)
        process.terminate()
        log = process.stderr.read()
    assert "GET /socket 401" in log
    assert "a-secret" not in log
