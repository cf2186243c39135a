"""The simulator as a process: limits, errors and switches, over real HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import simulator_process
from simulator_asked import (
    DARKPOOL,
    DAY,
    IV_RANK,
    MARKET_TIDE,
    MIDDAY,
    PATHS,
    ask,
    identity,
    rate_headers,
    running,
    simulator,
    sweep,
)
from simulator_process import Simulator

__all__ = ["running", "simulator"]


def test_every_answer_tells_the_budget_and_gzips_when_asked(simulator: Simulator) -> None:
    for path in PATHS:
        response = simulator.api(path)
        assert len(rate_headers(response)) == 5
        assert response.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in ask(simulator, **{"Accept-Encoding": "identity"}).headers


def test_a_wrong_key_is_refused_without_a_word_about_budgets(simulator: Simulator) -> None:
    response = ask(simulator, Authorization="Bearer wrong")
    assert response.status_code == 401
    assert rate_headers(response) == {}


@pytest.mark.parametrize("agent", ["python-requests/2.32.3", None])
def test_the_edge_turns_away_clients_without_a_name(simulator: Simulator, agent: str | None) -> None:
    response = ask(simulator, **{"User-Agent": agent} if agent else {"User-Agent": ""})
    assert response.status_code == 403
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        ("/api/darkpool/TSLA", {}, 404, "{}"),
        ("/api/darkpool/sky", {}, 422, "Invalid path input: sky"),
        (
            "/api/darkpool/SPY",
            {"date": "2023-02-140"},
            422,
            "date=2023-02-140 (valid example: date=2024-01-18)",
        ),
        ("/api/darkpool/SPY", {"date": "2026-01-05"}, 403, "historic_data_access_missing"),
        ("/api/stock/SPY/iv-rank", {"date": "2026-01-05"}, 403, "historic_data_access_missing"),
        ("/api/stock/SPY/nothing", {}, 404, "Route not found"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    simulator: Simulator, path: str, query: dict[str, str], status: int, words: str
) -> None:
    response = simulator.api(path, **query)
    assert response.status_code == status
    assert words in response.text


def test_the_plans_history_counts_trading_days(simulator: Simulator) -> None:
    earliest = simulator.truth("sessions")[0]["date"]
    assert len(simulator.truth("sessions")) == 30
    assert simulator.api("/api/darkpool/SPY", date=earliest).status_code == 200
    assert earliest in simulator.api("/api/darkpool/SPY", date="2026-10-01").text


def test_more_than_three_requests_in_flight_are_refused_in_words_that_talk_of_plans(
    simulator: Simulator,
) -> None:
    simulator.faults(latency_ms=400)
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: requests_session(simulator), range(8)))
    refused = [response for response in responses if response.status_code == 429]
    assert len(refused) == 5
    assert "exceeded 3 concurrent requests" in refused[0].text
    assert "plan" in refused[0].text
    assert simulator.counters()["max_in_flight"] >= 4


def requests_session(simulator: Simulator) -> requests.Response:
    with requests.Session() as http:
        headers = {"Authorization": f"Bearer {simulator.api_key}", "User-Agent": "simulator-test"}
        return http.get(f"{simulator.url}{DARKPOOL}", headers=headers, timeout=60)


def test_a_spent_minute_is_refused_until_it_is_over_and_a_spent_day_for_longer() -> None:
    one = simulator_process.start(requests_per_minute=2, daily_limit=4, minute_s=0.5, now=MIDDAY, frozen=True)
    try:
        statuses = [one.api(MARKET_TIDE).status_code for _ in range(3)]
        last = one.api("/api/nothing")
        wait_s = int(last.headers["x-uw-req-per-minute-reset"]) / 1000
        assert statuses == [200, 200, 429]
        assert last.headers["x-uw-req-per-minute-remaining"] == "0"
        assert "Retry-After" not in last.headers
        assert 0 < wait_s <= 0.5
        assert one.api(MARKET_TIDE).json() == {"code": "daily_request_limit_hit"}
        one.set_clock("2026-11-21T01:00:01Z", frozen=True)
        assert one.api(MARKET_TIDE).headers["x-uw-daily-req-count"] == "1"
        assert one.counters()["refusals"]["daily"] == 1
    finally:
        one.stop()


@pytest.mark.parametrize(
    ("switch", "status", "body"),
    [
        ("http_500", 500, "Something went wrong"),
        ("http_502", 502, "Bad Gateway"),
        ("http_503", 503, "Service Unavailable"),
        ("html_200", 200, "<html>"),
        ("html_403", 403, "<html>"),
        ("empty_200", 200, ""),
        ("rate_limit_429", 429, "requests per minute"),
        ("concurrency_429", 429, "concurrent requests"),
        ("daily_429", 429, "daily_request_limit_hit"),
    ],
)
def test_a_switch_spoils_the_next_answer_and_only_that(
    simulator: Simulator, switch: str, status: int, body: str
) -> None:
    simulator.faults(**{switch: 1})
    spoiled = simulator.api(IV_RANK)
    assert spoiled.status_code == status
    assert body in spoiled.text
    assert bool(spoiled.text) == bool(body)
    assert len(simulator.api(IV_RANK).json()["data"]) == 5


def test_a_forced_minute_429_says_how_long_to_wait(simulator: Simulator) -> None:
    simulator.faults(rate_limit_429=1)
    headers = simulator.api(IV_RANK).headers
    assert (headers["x-uw-req-per-minute-remaining"], headers["x-uw-req-per-minute-reset"]) == ("0", "300")


def test_a_reset_connection_has_no_answer_and_is_counted(simulator: Simulator) -> None:
    simulator.faults(reset=1)
    with pytest.raises(requests.ConnectionError):
        simulator.api(IV_RANK)
    assert simulator.counters()["requests"]["/api/stock/{ticker}/iv-rank"] == {"reset": 1}


@pytest.mark.parametrize("switch", ["cut_gzip", "cut_json"])
def test_a_cut_body_cannot_be_read_as_json(simulator: Simulator, switch: str) -> None:
    simulator.faults(**{switch: 1})
    with pytest.raises(requests.RequestException):
        simulator.api(DARKPOOL).json()


def test_a_feed_outside_the_plan_says_so_and_the_others_go_on(simulator: Simulator) -> None:
    simulator.faults(not_in_plan=["market-tide"])
    assert simulator.api(MARKET_TIDE).json()["code"] == "advanced_tier_required"
    assert simulator.api(IV_RANK).status_code == 200


def test_a_leaking_date_answers_the_evening_before_too_and_the_truth_does_not(simulator: Simulator) -> None:
    simulator.faults(leak_previous_session=True)
    leaked = {identity(row) for row in sweep(simulator)}
    truth = {identity(row) for row in simulator.truth("darkpool", symbol="SPY", date=DAY)}
    assert truth < leaked
    assert {row[1][:10] for row in leaked - truth} <= {"2026-11-19", "2026-11-20"}


def test_rows_missing_from_one_sweep_are_there_in_another(simulator: Simulator) -> None:
    simulator.faults(missing_rows_percent=10)
    first, second = simulator.api(DARKPOOL).json()["data"], simulator.api(DARKPOOL).json()["data"]
    assert len(first) < 490
    assert {identity(row) for row in first} != {identity(row) for row in second}


def test_a_wrong_switch_is_refused_with_the_list_of_known_ones(simulator: Simulator) -> None:
    response = simulator.http.post(f"{simulator.url}/_faults", json={"http_5000": 1}, timeout=5)
    assert response.status_code == 400
    assert "http_500" in response.json()["error"]


def test_counters_know_path_status_and_total(simulator: Simulator) -> None:
    simulator.api(DARKPOOL)
    simulator.api("/api/darkpool/TSLA")
    counters = simulator.counters()
    assert counters["requests"] == {"/api/darkpool/{ticker}": {"200": 1, "404": 1}}
    assert counters["total"] == 2
