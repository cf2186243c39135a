"""Every answer of the running simulator is what its contract says."""

import copy
from typing import Any

import pytest
from simulator_asked import DAY, MIDDAY, running, simulator
from simulator_contract import PATHS, filled, problems, required
from simulator_process import Simulator

from simulator.feeds import FEEDS

__all__ = ["running", "simulator"]


def rows(body: Any) -> list[dict[str, Any]]:
    data = body["data"] if isinstance(body, dict) else body
    return data if isinstance(data, list) else [data]


def test_the_contract_has_exactly_the_paths_that_are_served() -> None:
    assert sorted(PATHS) == sorted(FEEDS)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("now", ["", MIDDAY], ids=["evening", "midday"])
def test_every_answer_keeps_the_contract(simulator: Simulator, path: str, now: str) -> None:
    if now:
        simulator.set_clock(now, frozen=True)
    body = simulator.api(filled(path)).json()
    assert problems(path, body) == []
    assert rows(body)


@pytest.mark.parametrize("path", [path for path in PATHS if path.endswith("/{candle_size}")])
@pytest.mark.parametrize("size", ["5m", "4h", "1d", "1w"])
def test_candles_of_any_length_keep_the_contract(simulator: Simulator, path: str, size: str) -> None:
    body = simulator.api(path.replace("{ticker}", "SPY").replace("{candle_size}", size)).json()
    assert problems(path, body) == []
    assert len(body["data"]) > 50


@pytest.mark.parametrize("path", PATHS)
def test_the_contract_sees_a_missing_key_and_a_number_that_should_be_text(
    simulator: Simulator, path: str
) -> None:
    good = simulator.api(filled(path)).json()
    del rows(good)[1:]
    for key in required(path):
        less, wrong = copy.deepcopy(good), copy.deepcopy(good)
        del rows(less)[0][key]
        rows(wrong)[0][key] = {}
        assert problems(path, less), key
        assert problems(path, wrong), key


@pytest.mark.parametrize("path", [path for path in PATHS if "recent" not in path and "alerts" not in path])
def test_a_day_can_be_asked_for_by_its_date(simulator: Simulator, path: str) -> None:
    served = simulator.api(filled(path), date=DAY).json()
    simulator.set_clock("2026-11-24T02:30:00Z", frozen=True)
    assert simulator.api(filled(path), date=DAY).json() == served
    assert simulator.api(filled(path)).json() != served


@pytest.mark.parametrize("path", [path for path in PATHS if "{ticker}" in path])
def test_a_ticker_that_nobody_lists_is_not_found(simulator: Simulator, path: str) -> None:
    assert simulator.api(filled(path).replace("SPY", "ZZZZ")).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_the_truth_of_a_feed_begins_as_its_answer_and_minds_no_fault(simulator: Simulator, path: str) -> None:
    window = {"newer_than": "1795190400"} if "alerts" in path else {"date": DAY}
    served = simulator.api(filled(path), **window).json()
    simulator.faults(missing_rows_percent=60, wrong_tide_step=True, leak_previous_session=True)
    truth = simulator.http.get(
        simulator.url + "/_truth/feed", params={"path": filled(path), **window}, timeout=30
    ).json()["body"]
    assert len(rows(truth)) >= len(rows(served))
    simulator.faults(missing_rows_percent=0, wrong_tide_step=False, leak_previous_session=False)
    assert all(row in rows(truth) for row in rows(served)[:20])
