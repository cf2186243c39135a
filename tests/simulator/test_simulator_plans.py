"""Switches of single answers over real HTTP: plans, slow bodies, soft limits, and what a plan does not hold."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import simulator_process
from simulator_asked import (
    DARKPOOL,
    DAY,
    FLOW_RECENT,
    IV_RANK,
    MIDDAY,
    ask,
    epoch,
    rate_headers,
    running,
    simulator,
)
from simulator_process import Simulator

__all__ = ["running", "simulator"]


def outcome(simulator: Simulator, path: str = IV_RANK) -> str:
    """The status, or what the client sees where there is none."""
    try:
        response = ask(simulator, path)
        response.json()
    except requests.exceptions.JSONDecodeError:
        return f"{response.status_code} no json"
    except requests.ConnectionError:
        return "reset"
    return str(response.status_code)


def test_a_plan_is_served_request_by_request_and_then_all_is_well(simulator: Simulator) -> None:
    plan = ["http_500", None, "reset", "cut_gzip", "empty_200", "daily_429", None, "tier_403"]
    simulator.faults(plan=plan)
    got = [outcome(simulator) for _ in range(9)]
    assert got == ["500 no json", "200", "reset", "200 no json", "200 no json", "429", "200", "403", "200"]
    assert simulator.faults()["plan"] == []


def test_a_plan_for_one_path_waits_for_that_path(simulator: Simulator) -> None:
    simulator.faults(plan=["http_502"], only_path="iv-rank")
    assert outcome(simulator, DARKPOOL) == "200"
    assert outcome(simulator) == "502 no json"


@pytest.mark.parametrize(
    ("switch", "status", "words"),
    [
        ("http_401", 401, "unauthorized"),
        ("historic_403", 403, "historic_data_access_missing"),
        ("tier_403", 403, "advanced_tier_required"),
        ("scope_403", 403, "_scope_required"),
        ("not_found_404", 404, "{}"),
        ("no_route_404", 404, "Route not found"),
        ("missing_access_422", 422, "Missing access"),
        ("invalid_422", 422, "Invalid query input"),
    ],
)
def test_each_refusal_can_be_had_once(simulator: Simulator, switch: str, status: int, words: str) -> None:
    simulator.faults(**{switch: 1})
    refused = ask(simulator, IV_RANK)
    assert refused.status_code == status
    assert words in refused.text
    assert bool(rate_headers(refused)) == (status != 401)
    assert ask(simulator, IV_RANK).status_code == 200


@pytest.mark.parametrize(
    ("switch", "status", "words"),
    [("scope_required", 403, "_scope_required"), ("missing_access", 422, "Missing access")],
)
def test_a_feed_can_be_closed_in_each_of_the_vendors_ways(
    simulator: Simulator, switch: str, status: int, words: str
) -> None:
    simulator.faults(**{switch: ["iv-rank"]})
    for _ in range(2):
        refused = ask(simulator, IV_RANK)
        assert (refused.status_code, words in refused.text) == (status, True)
    assert ask(simulator, DARKPOOL).status_code == 200


def test_a_body_that_drips_takes_long_as_a_whole_and_counts_as_in_flight(simulator: Simulator) -> None:
    whole = ask(simulator).json()
    simulator.faults(slow_drip_ms=60)
    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: fresh(simulator), range(4)))
    assert time.monotonic() - started > 0.6
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 429]
    assert next(answer.json() for answer in answers if answer.status_code == 200) == whole
    assert ask(simulator).status_code == 200


def test_a_drip_for_one_path_spares_the_others(simulator: Simulator) -> None:
    simulator.faults(slow_drip_ms=2000, only_path="iv-rank")
    started = time.monotonic()
    assert ask(simulator).status_code == 200
    assert time.monotonic() - started < 8  # a page in pieces would take half a minute


def fresh(simulator: Simulator) -> requests.Response:
    with requests.Session() as http:
        headers = {"Authorization": f"Bearer {simulator.api_key}", "User-Agent": "simulator-test"}
        return http.get(f"{simulator.url}{DARKPOOL}", headers=headers, timeout=60)


def test_a_client_that_leaves_a_dripping_body_frees_its_place(simulator: Simulator) -> None:
    simulator.faults(slow_drip_ms=200)
    headers = {"Authorization": f"Bearer {simulator.api_key}", "User-Agent": "simulator-test"}
    for _ in range(4):
        with requests.get(f"{simulator.url}{DARKPOOL}", headers=headers, timeout=5, stream=True) as response:
            assert response.status_code == 200
        time.sleep(0.5)
    simulator.faults(slow_drip_ms=0)
    assert ask(simulator).status_code == 200


def test_the_limit_in_flight_can_be_soft(simulator: Simulator) -> None:
    simulator.faults(latency_ms=300, soft_concurrency_percent=50)
    with ThreadPoolExecutor(16) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda _: fresh(simulator), range(16))]
    assert 0 < statuses.count(429) < 13
    simulator.faults(soft_concurrency_percent=0)
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(lambda _: fresh(simulator), range(8))} == {200}


def test_a_429_says_when_to_come_back_only_if_that_is_switched_on(simulator: Simulator) -> None:
    simulator.set_clock("2026-11-21T00:59:00Z", frozen=True)
    kinds = ("rate_limit_429", "concurrency_429", "daily_429")
    simulator.faults(plan=[*kinds])
    assert all("Retry-After" not in ask(simulator, IV_RANK).headers for _ in kinds)
    simulator.faults(plan=[*kinds], retry_after=True, rate_limit_reset_ms=2500)
    assert [ask(simulator, IV_RANK).headers["Retry-After"] for _ in kinds] == ["3", "1", "60"]


def test_a_key_that_disappears_is_gone_from_the_feed_and_not_from_the_truth(simulator: Simulator) -> None:
    simulator.faults(drop_key="nbbo_bid", only_path="darkpool")
    rows = simulator.api(DARKPOOL).json()["data"]
    assert rows
    assert not any("nbbo_bid" in row for row in rows)
    assert all("nbbo_bid" in row for row in simulator.truth("darkpool", symbol="SPY", date=DAY))
    simulator.faults(drop_key="id", only_path="flow-recent")
    assert not any("id" in row for row in simulator.api(FLOW_RECENT).json())
    assert "nbbo_bid" in simulator.api(DARKPOOL).json()["data"][0]


def test_a_wrong_value_can_be_answered_with_nothing_instead_of_an_error(simulator: Simulator) -> None:
    assert simulator.api(DARKPOOL, order="upwards").status_code == 422
    simulator.faults(wrong_value_empty=True)
    response = simulator.api(DARKPOOL, order="upwards")
    assert (response.status_code, response.json()) == (200, {"data": []})


def test_unknown_parameters_are_ignored(simulator: Simulator) -> None:
    plain = simulator.api(DARKPOOL, date=DAY).json()
    assert simulator.api(DARKPOOL, date=DAY, page=2, offset=500, sort="asc").json() == plain


def test_the_order_is_honoured_or_ignored(simulator: Simulator) -> None:
    first = [epoch(row) for row in simulator.api(DARKPOOL, date=DAY, order="asc").json()["data"]]
    assert first == sorted(first)
    simulator.faults(ignore_order=True)
    newest = simulator.api(DARKPOOL, date=DAY, order="asc").json()
    assert newest == simulator.api(DARKPOOL, date=DAY).json()


def test_counters_prove_what_was_asked_in_any_one_minute() -> None:
    one = simulator_process.start(requests_per_minute=3, minute_s=0.4, now=MIDDAY, frozen=True)
    try:
        assert [one.api(IV_RANK).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        time.sleep(0.5)
        one.api(IV_RANK)
        counters = one.counters()
        assert (counters["most_in_a_minute"], counters["refusals"]) == (5, {"minute": 2})
        one.counters(reset=True)
        one.api(IV_RANK)
        assert one.counters()["most_in_a_minute"] == 2
    finally:
        one.stop()


def test_simulated_time_runs_as_fast_as_it_is_told_and_the_accounts_minute_does_not(
    simulator: Simulator,
) -> None:
    simulator.set_clock(MIDDAY, speed=600)
    ask(simulator)
    before = int(ask(simulator).headers["x-uw-req-per-minute-reset"])
    time.sleep(0.3)
    after = int(ask(simulator).headers["x-uw-req-per-minute-reset"])
    assert simulator.clock()["now"] > "2026-11-20T17:03:00"
    assert 250 < before - after < 2000
