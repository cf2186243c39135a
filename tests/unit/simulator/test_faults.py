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
    "wrong", [{"http_500": 1, "htp_500": 1}, {"http_500": 1, "html_200": "2"}, {"_dice": 1}]
)
def test_one_wrong_switch_leaves_all_as_they_were(wrong: dict[str, Any]) -> None:
    faults = Faults()
    with pytest.raises(ValueError, match=r"htp_500|html_200|_dice"):
        faults.set(wrong)
    assert faults == Faults()


@pytest.mark.parametrize(
    "name",
    [
        *("http_500", "http_502", "http_503", "html_200", "html_403", "empty_200", "cut_gzip", "cut_json"),
        *("reset", "rate_limit_429", "concurrency_429", "daily_429"),
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
