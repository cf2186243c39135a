"""The simulator as a process, asked over real HTTP the way a collector would."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
import simulator_process
from simulator_process import Simulator

DAY = "2026-11-20"
EVENING = "2026-11-21T02:30:00Z"  # 21:30 in New York: the whole day is out
MIDDAY = "2026-11-20T17:00:00Z"
PATHS = (
    "/api/darkpool/SPY",
    "/api/stock/SPY/flow-per-strike",
    "/api/stock/SPY/flow-per-expiry",
    "/api/stock/SPY/flow-recent",
    "/api/stock/SPY/iv-rank",
    "/api/market/market-tide",
)
SWITCHED_OFF = {"latency_ms": 0, "not_in_plan": [], "leak_previous_session": False, "missing_rows_percent": 0}


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    one = simulator_process.start(now=EVENING, frozen=True)
    yield one
    one.stop()


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    running.set_clock(EVENING, frozen=True)
    running.counters(reset=True)
    yield running
    running.faults(**SWITCHED_OFF)


def identity(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("ticker", "executed_at", "tracking_id", "price", "size", "volume")
    return tuple(row[name] for name in names)


def epoch(row: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(row["executed_at"]).timestamp())


def sweep(simulator: Simulator, symbol: str = "SPY") -> list[dict[str, Any]]:
    """Every print of the day, the way API.md tells to page."""
    found, cursor = [], None
    while True:
        query = {"date": DAY} | ({"older_than": cursor} if cursor else {})
        page = simulator.api(f"/api/darkpool/{symbol}", **query).json()["data"]
        found += page
        if len(page) < 500:
            return found
        cursor = min(map(epoch, page)) + 1


def ask(simulator: Simulator, path: str = PATHS[0], **headers: str) -> requests.Response:
    given = {"Authorization": f"Bearer {simulator.api_key}", "User-Agent": "simulator-test"} | headers
    return simulator.http.get(simulator.url + path, headers=given, timeout=10)


def rate_headers(response: requests.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.lower().startswith("x-uw-")}


def test_a_sweep_of_pages_finds_exactly_the_truth(simulator: Simulator) -> None:
    truth = simulator.truth("darkpool", symbol="SPY", date=DAY)
    swept = {identity(row): row for row in sweep(simulator)}
    assert swept == {identity(row): row for row in truth}
    assert len(truth) > 3900


def test_two_processes_with_one_seed_serve_the_same_market(simulator: Simulator) -> None:
    twin = simulator_process.start(now=EVENING, frozen=True)
    try:
        ours, theirs = (one.truth("darkpool", symbol="QQQ", date=DAY) for one in (simulator, twin))
        assert ours == theirs
        assert [twin.api(path).json() for path in PATHS] == [simulator.api(path).json() for path in PATHS]
    finally:
        twin.stop()


def test_nothing_is_served_from_after_the_simulated_now(simulator: Simulator) -> None:
    simulator.set_clock(MIDDAY, frozen=True)
    newest = simulator.api("/api/darkpool/SPY").json()["data"][0]
    assert epoch(newest) <= datetime.fromisoformat(MIDDAY).timestamp()
    assert len(simulator.truth("darkpool", symbol="SPY", date=DAY)) < 3000


def test_the_clock_runs_on_from_where_it_was_set(simulator: Simulator) -> None:
    simulator.set_clock(MIDDAY)
    first = simulator.clock()["now"]
    assert first.startswith("2026-11-20T17:00:0")
    assert simulator.clock()["now"] > first
    simulator.set_clock(MIDDAY, frozen=True)
    assert simulator.set_clock(offset_s=0)["frozen"] is False
    away = datetime.fromisoformat(simulator.clock()["now"]) - datetime.now(UTC)
    assert abs(away.total_seconds()) < 2


def test_a_print_served_as_good_is_canceled_later(simulator: Simulator) -> None:
    canceled = next(row for row in sweep(simulator) if row["canceled"])
    soon = datetime.fromtimestamp(epoch(canceled) + 100, UTC)
    simulator.set_clock(soon, frozen=True)
    before = {identity(row): row for row in sweep(simulator)}
    assert before[identity(canceled)] == canceled | {"canceled": False}


def test_on_a_weekend_the_last_session_is_answered(simulator: Simulator) -> None:
    simulator.set_clock("2026-11-22T15:00:00Z", frozen=True)
    assert simulator.api("/api/darkpool/SPY").json() == simulator.api("/api/darkpool/SPY", date=DAY).json()
    assert simulator.api("/api/darkpool/SPY", date="2026-11-22").json() == {"data": []}


def test_flow_feeds_are_bare_arrays_and_the_others_have_an_envelope(simulator: Simulator) -> None:
    bodies = [simulator.api(path).json() for path in PATHS]
    assert [type(body) for body in bodies] == [dict, list, list, list, dict, dict]


def test_the_sums_per_strike_are_those_of_the_true_trades(simulator: Simulator) -> None:
    trades = simulator.truth("flow-recent", symbol="SPY", date=DAY)
    rows = simulator.api("/api/stock/SPY/flow-per-strike", date=DAY).json()
    served = sum(Decimal(row["call_premium"]) + Decimal(row["put_premium"]) for row in rows)
    assert served == sum(Decimal(trade["premium"]) for trade in trades)


def test_recent_flow_is_the_end_of_the_true_trades(simulator: Simulator) -> None:
    trades = simulator.truth("flow-recent", symbol="SPY")
    assert simulator.api("/api/stock/SPY/flow-recent").json() == trades[:-51:-1]


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
        return http.get(f"{simulator.url}{PATHS[0]}", headers=headers, timeout=10)


def test_a_spent_minute_is_refused_until_it_is_over_and_a_spent_day_for_longer() -> None:
    one = simulator_process.start(requests_per_minute=2, daily_limit=4, minute_s=0.5, now=MIDDAY, frozen=True)
    try:
        statuses = [one.api(PATHS[5]).status_code for _ in range(3)]
        last = one.api("/api/nothing")
        wait_s = int(last.headers["x-uw-req-per-minute-reset"]) / 1000
        assert statuses == [200, 200, 429]
        assert last.headers["x-uw-req-per-minute-remaining"] == "0"
        assert "Retry-After" not in last.headers
        assert 0 < wait_s <= 0.5
        assert one.api(PATHS[5]).json() == {"code": "daily_request_limit_hit"}
        one.set_clock("2026-11-21T01:00:01Z", frozen=True)
        assert one.api(PATHS[5]).headers["x-uw-daily-req-count"] == "1"
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
    spoiled = simulator.api(PATHS[4])
    assert spoiled.status_code == status
    assert body in spoiled.text
    assert bool(spoiled.text) == bool(body)
    assert len(simulator.api(PATHS[4]).json()["data"]) == 5


def test_a_forced_minute_429_says_how_long_to_wait(simulator: Simulator) -> None:
    simulator.faults(rate_limit_429=1)
    headers = simulator.api(PATHS[4]).headers
    assert (headers["x-uw-req-per-minute-remaining"], headers["x-uw-req-per-minute-reset"]) == ("0", "300")


def test_a_reset_connection_has_no_answer_and_is_counted(simulator: Simulator) -> None:
    simulator.faults(reset=1)
    with pytest.raises(requests.ConnectionError):
        simulator.api(PATHS[4])
    assert simulator.counters()["requests"]["/api/stock/{ticker}/iv-rank"] == {"reset": 1}


@pytest.mark.parametrize("switch", ["cut_gzip", "cut_json"])
def test_a_cut_body_cannot_be_read_as_json(simulator: Simulator, switch: str) -> None:
    simulator.faults(**{switch: 1})
    with pytest.raises(requests.RequestException):
        simulator.api(PATHS[0]).json()


def test_a_feed_outside_the_plan_says_so_and_the_others_go_on(simulator: Simulator) -> None:
    simulator.faults(not_in_plan=["market-tide"])
    assert simulator.api(PATHS[5]).json()["code"] == "advanced_tier_required"
    assert simulator.api(PATHS[4]).status_code == 200


def test_a_leaking_date_answers_the_evening_before_too_and_the_truth_does_not(simulator: Simulator) -> None:
    simulator.faults(leak_previous_session=True)
    leaked = {identity(row) for row in sweep(simulator)}
    truth = {identity(row) for row in simulator.truth("darkpool", symbol="SPY", date=DAY)}
    assert truth < leaked
    assert {row[1][:10] for row in leaked - truth} <= {"2026-11-19", "2026-11-20"}


def test_rows_missing_from_one_sweep_are_there_in_another(simulator: Simulator) -> None:
    simulator.faults(missing_rows_percent=10)
    first, second = simulator.api(PATHS[0]).json()["data"], simulator.api(PATHS[0]).json()["data"]
    assert len(first) < 490
    assert {identity(row) for row in first} != {identity(row) for row in second}


def test_a_burst_fills_one_second_beyond_a_page() -> None:
    one = simulator_process.start(prints_per_day=500, now=EVENING, frozen=True)
    try:
        one.faults(prints_in_one_second={"symbol": "SPY", "at": MIDDAY, "count": 620})
        second = int(datetime.fromisoformat(MIDDAY).timestamp())
        window = {"date": DAY, "newer_than": second, "older_than": second + 1}
        assert len(one.api("/api/darkpool/SPY", **window).json()["data"]) == 500
        truth = one.truth("darkpool", symbol="SPY", date=DAY)
        assert sum(epoch(row) == second for row in truth) >= 600
    finally:
        one.stop()


def test_a_wrong_switch_is_refused_with_the_list_of_known_ones(simulator: Simulator) -> None:
    response = simulator.http.post(f"{simulator.url}/_faults", json={"http_5000": 1}, timeout=5)
    assert response.status_code == 400
    assert "http_500" in response.json()["error"]


def test_counters_know_path_status_and_total(simulator: Simulator) -> None:
    simulator.api(PATHS[0])
    simulator.api("/api/darkpool/TSLA")
    counters = simulator.counters()
    assert counters["requests"] == {"/api/darkpool/{ticker}": {"200": 1, "404": 1}}
    assert counters["total"] == 2
