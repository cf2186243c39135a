"""The simulator as a process: how its feeds are paged, when they are there, and that they agree with each other."""

import math
from datetime import datetime
from typing import Any

import pytest
from simulator_asked import DAY, MIDDAY, epoch, running, simulator
from simulator_process import Simulator

__all__ = ["running", "simulator"]

ALERTS = "/api/option-trades/flow-alerts"
DAY_BEGAN = int(datetime.fromisoformat("2026-11-20T14:30:00Z").timestamp())


def alerts(simulator: Simulator, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = simulator.api(ALERTS, **query).json()["data"]
    return found


def data(simulator: Simulator, path: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = simulator.api(path, **query).json()["data"]
    return found


def created(row: dict[str, Any]) -> float:
    return datetime.fromisoformat(row["created_at"]).timestamp()


def test_pages_of_alerts_find_exactly_the_truth(simulator: Simulator) -> None:
    truth = simulator.http.get(
        simulator.url + "/_truth/feed", params={"path": ALERTS, "newer_than": DAY_BEGAN}, timeout=30
    ).json()["body"]["data"]
    found, cursor = {}, {}
    while True:
        page = alerts(simulator, limit=200, newer_than=DAY_BEGAN, **cursor)
        found |= {row["id"]: row for row in page}
        if len(page) < 200:
            break
        cursor = {"older_than": math.ceil(min(map(created, page)))}
    assert found == {row["id"]: row for row in truth}
    assert len(found) > 1000


def test_a_window_of_alerts_in_iso_text_is_ignored_and_one_in_seconds_is_not(simulator: Simulator) -> None:
    plain = alerts(simulator)
    assert alerts(simulator, newer_than="2026-11-20T20:59:00Z") == plain
    wanted = [row for row in plain if created(row) >= DAY_BEGAN + 23_340]
    assert alerts(simulator, newer_than=DAY_BEGAN + 23_340) == wanted
    assert 0 < len(wanted) < len(plain) == 100


def test_an_answer_of_alerts_names_the_window_it_used(simulator: Simulator) -> None:
    body = simulator.api(ALERTS, newer_than=DAY_BEGAN, older_than=DAY_BEGAN + 60).json()
    assert body["newer_than"] == "2026-11-20T14:30:00Z"
    assert body["older_than"] == "2026-11-20T14:31:00.000000Z"
    assert simulator.api(ALERTS).json()["older_than"] == "2026-11-21T02:30:00.000000Z"


def test_alerts_can_be_of_one_symbol_and_some_rules(simulator: Simulator) -> None:
    assert {row["ticker"] for row in alerts(simulator)} == {"SPY", "QQQ"}
    assert {row["ticker"] for row in alerts(simulator, ticker_symbol="SPY")} == {"SPY"}
    rules = ["FloorTradeLargeCap", "RepeatedHitsAscendingFill"]
    assert {row["alert_rule"] for row in alerts(simulator, **{"rule_name[]": rules})} == set(rules)
    assert simulator.api(ALERTS, **{"rule_name[]": "Nonsense"}).status_code == 422
    assert simulator.api(ALERTS, limit=201).status_code == 422


def test_the_newest_prints_of_all_symbols_are_a_hundred_unless_two_are_asked_for(
    simulator: Simulator,
) -> None:
    rows = data(simulator, "/api/darkpool/recent")
    assert len(rows) == 100
    assert len(data(simulator, "/api/darkpool/recent", limit=200, older_than=DAY_BEGAN)) == 200
    assert simulator.api("/api/darkpool/recent", limit=201).status_code == 422
    assert {row["ticker"] for row in rows} == {"SPY", "QQQ"}
    assert [epoch(row) for row in rows] == sorted(map(epoch, rows), reverse=True)


def test_lit_flow_minds_cursors_but_no_order(simulator: Simulator) -> None:
    path = "/api/lit-flow/SPY"
    rows = data(simulator, path, order="asc")
    assert rows == data(simulator, path)
    older = data(simulator, path, older_than=epoch(rows[-1]))
    assert len(older) == 500
    assert max(map(epoch, older)) < epoch(rows[-1])


@pytest.mark.parametrize(("wrong", "five", "one"), [("", 78, 390), ("yes", 390, 78)])
def test_the_market_tide_answers_the_other_step_when_it_is_told_to(
    simulator: Simulator, wrong: str, five: int, one: int
) -> None:
    simulator.faults(wrong_tide_step=bool(wrong))
    assert len(data(simulator, "/api/market/market-tide", interval_5m="true")) == five
    assert len(data(simulator, "/api/market/market-tide", interval_5m="false")) == one


def test_open_interest_of_the_morning_is_there_from_a_quarter_to_seven(simulator: Simulator) -> None:
    path = "/api/stock/SPY/oi-change"
    for now, day in (("2026-11-20T11:44:59Z", "2026-11-19"), ("2026-11-20T11:45:00Z", DAY)):
        simulator.set_clock(now, frozen=True)
        assert {row["curr_date"] for row in data(simulator, path)} == {day}
        assert (data(simulator, path, date=DAY) == []) == (day != DAY)


def test_pages_of_open_interest_follow_each_other(simulator: Simulator) -> None:
    path = "/api/stock/SPY/oi-change"
    whole = data(simulator, path)
    pages = [data(simulator, path, limit=50, page=page) for page in (0, 1)]
    assert pages[0] + pages[1] == whole[:100]
    assert data(simulator, path, order="asc")[0] == whole[-1]


def test_dark_volume_is_the_same_at_fine_and_coarse_prices(simulator: Simulator) -> None:
    simulator.set_clock(MIDDAY, frozen=True)
    coarse = data(simulator, "/api/darkpool/SPY/price-levels")
    fine = data(simulator, "/api/stock/SPY/stock-volume-price-levels")
    assert sum(row["dark_pool_volume"] for row in coarse) == sum(row["off_vol"] for row in fine) > 0
    assert all(isinstance(row["price"], float) for row in fine)


def test_candles_of_a_timeframe_end_with_the_asked_session(simulator: Simulator) -> None:
    path = "/api/stock/SPY/ohlc/1d"
    rows = data(simulator, path, timeframe="2W", end_date="2026-11-19")
    assert [row["date"][-2:] for row in rows] == ["19", "18", "17", "16", "13", "12", "11", "10", "09", "06"]
    assert len(data(simulator, "/api/stock/SPY/ohlc/1m")) == 2500
    assert len(data(simulator, "/api/stock/SPY/ohlc/1m", date="2026-11-19")) == 960


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/market/Nonsense/sector-tide", "sector=Nonsense (valid example: sector=Basic Materials)"),
        ("/api/stock/SPY/ohlc/7m", "candle_size=7m"),
        ("/api/stock/SPY/ohlc/1d?timeframe=soon", "timeframe=soon (valid example: timeframe=1Y)"),
    ],
)
def test_a_word_nobody_knows_is_refused(simulator: Simulator, path: str, words: str) -> None:
    response = simulator.api(path)
    assert response.status_code == 422
    assert words in response.text


def test_the_truth_of_a_path_that_nobody_serves_is_refused(simulator: Simulator) -> None:
    for path in ("/api/stock/SPY/nothing", "/api/darkpool/ZZZZ", ""):
        response = simulator.http.get(simulator.url + "/_truth/feed", params={"path": path}, timeout=60)
        assert response.status_code == 400, path
