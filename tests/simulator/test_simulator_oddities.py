"""Oddities of the market that can be set: each is served, and the truth knows of it."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from simulator_asked import DAY, EVENING, identity, running, simulator, sweep
from simulator_process import Simulator
from simulator_stream import Stream

__all__ = ["running", "simulator"]


def truth(simulator: Simulator, what: str = "darkpool") -> dict[tuple[Any, ...], dict[str, Any]]:
    return {identity(row): row for row in simulator.truth(what, symbol="SPY", date=DAY)}


def share(rows: list[dict[str, Any]], true: Callable[[dict[str, Any]], bool]) -> float:
    return sum(map(true, rows)) / len(rows)


def test_below_the_floor_nothing_is_served_until_it_is_lifted_and_then_nothing_above_it_changes(
    simulator: Simulator,
) -> None:
    above = sweep(simulator)
    simulator.faults(premium_floor=False)
    everything = {identity(row): row for row in sweep(simulator)}
    small = [row for row in everything.values() if Decimal(row["premium"]) < 100_000]
    assert min(Decimal(row["premium"]) for row in above) >= 100_000
    assert len(small) > 1000
    assert everything == truth(simulator)
    assert {identity(row) for row in above} == set(everything) - {identity(row) for row in small}


def test_a_canceled_print_can_be_good_again_for_three_minutes(simulator: Simulator) -> None:
    simulator.faults(flip_percent=100)
    key = next(identity(row) for row in sweep(simulator) if row["canceled"])
    executed = datetime.fromisoformat(key[1])
    seen = []
    for minutes in range(80):
        simulator.set_clock(executed + timedelta(minutes=minutes), frozen=True)
        window = {"newer_than": int(executed.timestamp()), "older_than": int(executed.timestamp()) + 1}
        rows = simulator.api("/api/darkpool/SPY", date=DAY, **window).json()["data"]
        seen += [row["canceled"] for row in rows if identity(row) == key]
    changes = [first for first, second in zip(seen, [*seen[1:], None], strict=True) if first != second]
    assert changes == [False, True, False, True]


def test_the_stream_tells_a_flip_in_the_order_in_which_it_happens(simulator: Simulator) -> None:
    simulator.faults(flip_percent=100, cancel_percent=20, late_percent=0)
    simulator.set_clock("2026-11-20T17:00:00Z", frozen=True)
    told: dict[tuple[Any, ...], list[bool]] = {}
    with Stream(simulator, "off_lit_trades") as stream:
        simulator.advance(3600)
        for row in stream.payloads():
            told.setdefault((row["symbol"], row["executed_at"], row["volume"]), []).append(row["canceled"])
    assert Counter(map(tuple, told.values()))[False, True, False, True] > 20


def test_prints_that_were_shown_once_vanish_and_the_truth_says_which(simulator: Simulator) -> None:
    simulator.faults(vanish_percent=10)
    shown, gone, all_of_it = (
        {identity(row) for row in sweep(simulator)},
        truth(simulator, "vanished"),
        truth(simulator),
    )
    assert 0.07 < len(gone) / len(all_of_it) < 0.13
    assert shown == set(all_of_it) - set(gone)
    simulator.set_clock("2026-11-20T19:00:00Z", frozen=True)
    assert truth(simulator, "vanished").keys() < gone.keys()
    assert {identity(row) for row in sweep(simulator)} & gone.keys()
    simulator.set_clock(EVENING, frozen=True)
    assert truth(simulator, "vanished") == gone


@pytest.mark.parametrize(
    ("switches", "true", "least", "most"),
    [
        ({"no_tracking_percent": 100}, lambda row: row["tracking_id"] == 0, 1, 1),
        (
            {"unknown_value_percent": 50},
            lambda row: row["sale_cond_codes"] == "prio_reference_price",
            0.45,
            0.55,
        ),
        ({"unknown_value_percent": 0}, lambda row: row["sale_cond_codes"] == "prio_reference_price", 0, 0),
        ({"extra_key_percent": 100}, lambda row: "late_report_reason" in row, 1, 1),
        ({"extra_key_percent": 0}, lambda row: "late_report_reason" in row, 0, 0),
        ({"fractional_sizes": True}, lambda row: row["size"] % 1 != 0, 0.15, 0.25),
        ({"fractional_sizes": False}, lambda row: row["size"] % 1 != 0, 0, 0),
        ({"cancel_percent": 30}, lambda row: row["canceled"], 0.2, 0.3),
    ],
)
def test_a_share_that_is_set_is_served_and_is_the_truth(
    simulator: Simulator,
    switches: dict[str, Any],
    true: Callable[[dict[str, Any]], bool],
    least: float,
    most: float,
) -> None:
    simulator.faults(**switches)
    rows = sweep(simulator)
    assert least <= share(rows, true) <= most
    assert {identity(row): row for row in rows} == truth(simulator)


def test_the_premium_of_a_fractional_size_is_still_price_times_size(simulator: Simulator) -> None:
    simulator.faults(fractional_sizes=True)
    response = simulator.api("/api/darkpool/SPY", date=DAY)
    rows = response.json(parse_float=Decimal)["data"]
    assert any(isinstance(row["size"], Decimal) for row in rows)
    assert all(Decimal(row["premium"]) == Decimal(row["price"]) * row["size"] for row in rows)


def test_many_prints_can_share_a_millisecond(simulator: Simulator) -> None:
    simulator.faults(twin_percent=60)
    ids = Counter(row["tracking_id"] for row in simulator.truth("darkpool", symbol="SPY", date=DAY))
    assert max(count for tracking_id, count in ids.items() if tracking_id) >= 5


def test_more_prints_can_be_late(simulator: Simulator) -> None:
    simulator.set_clock("2026-11-20T17:00:03Z", frozen=True)
    simulator.faults(late_percent=0)
    punctual = len(simulator.truth("darkpool", symbol="SPY", date=DAY))
    simulator.faults(late_percent=100)
    assert len(simulator.truth("darkpool", symbol="SPY", date=DAY)) < punctual - 5
    simulator.set_clock(EVENING, frozen=True)
    assert {identity(row) for row in sweep(simulator)} == set(truth(simulator))


def test_a_wrong_share_changes_neither_the_market_nor_an_answer(simulator: Simulator) -> None:
    before = simulator.faults(), sweep(simulator)
    response = simulator.http.post(
        f"{simulator.url}/_faults", json={"http_500": 1, "late_percent": 50, "cancel_percent": 101}, timeout=5
    )
    assert response.status_code == 400
    assert "cancel_percent is a share of a hundred" in response.json()["error"]
    assert (simulator.faults(), sweep(simulator)) == before
