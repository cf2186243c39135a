"""Switches are taken whole or not at all, and count down."""

from typing import Any

import pytest

from simulator.faults import Faults


def test_a_counted_switch_spoils_so_many_requests_and_no_more() -> None:
    faults = Faults()
    faults.set({"http_500": 2})
    assert [faults.take("/api/x") for _ in range(3)] == ["http_500", "http_500", None]


def test_other_paths_are_spared_and_use_nothing_up() -> None:
    faults = Faults()
    faults.set({"reset": 1, "only_path": "iv-rank"})
    assert faults.take("/api/darkpool/SPY") is None
    assert faults.take("/api/stock/SPY/iv-rank") == "reset"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"http_500": 1, "htp_500": 1}, "htp_500"),
        ({"http_500": 1, "html_200": "2"}, "html_200"),
        ({"http_500": 1, "reset": -1}, "reset"),
        ({"http_500": 1, "missing_rows_percent": 101}, "missing_rows_percent"),
        ({"http_500": 1, "plan": ["http_500", "latency_ms"]}, "plan: unknown fault latency_ms"),
        ({"_dice": 1}, "_dice"),
    ],
)
def test_one_wrong_switch_leaves_all_as_they_were(wrong: dict[str, Any], named: str) -> None:
    faults = Faults()
    with pytest.raises(ValueError, match=named):
        faults.set(wrong)
    assert faults == Faults()


@pytest.mark.parametrize(
    "name",
    [
        *("http_500", "http_502", "http_503", "html_200", "html_403", "empty_200", "cut_gzip", "cut_json"),
        *("reset", "rate_limit_429", "concurrency_429", "daily_429", "http_401", "historic_403", "tier_403"),
        *("scope_403", "not_found_404", "no_route_404", "missing_access_422", "invalid_422"),
    ],
)
def test_every_counted_switch_can_be_set_and_taken(name: str) -> None:
    faults = Faults()
    faults.set({name: 1})
    assert faults.take("/api/x") == name


def test_about_the_asked_share_of_rows_goes_missing() -> None:
    faults = Faults()
    faults.set({"missing_rows_percent": 20})
    assert 120 < sum(faults.loses_a_row() for _ in range(1000)) < 280


def test_a_plan_is_used_up_one_a_request_before_the_counted_switches() -> None:
    faults = Faults()
    faults.set({"plan": ["reset", None, "cut_gzip"], "http_500": 1})
    assert [faults.take("/api/x") for _ in range(5)] == ["reset", None, "cut_gzip", "http_500", None]


def test_a_plan_spares_other_paths_too() -> None:
    faults = Faults()
    faults.set({"plan": ["reset"], "only_path": "iv-rank"})
    assert faults.take("/api/darkpool/SPY") is None
    assert faults.plan == ["reset"]


def test_a_stream_is_cut_once_after_so_many_messages() -> None:
    faults = Faults()
    faults.set({"socket_close_after": 2})
    assert [faults.cuts_the_stream() for _ in range(4)] == [False, True, False, False]
