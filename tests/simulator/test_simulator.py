"""The simulator as a process: what it serves over real HTTP is its truth."""

from datetime import UTC, datetime
from decimal import Decimal

import simulator_process
from simulator_asked import DAY, EVENING, MIDDAY, PATHS, epoch, identity, running, simulator, sweep
from simulator_process import Simulator

__all__ = ["running", "simulator"]


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
    bare = [path for path in PATHS if isinstance(simulator.api(path).json(), list)]
    assert [path.rpartition("/")[2] for path in bare] == [
        "flow-per-strike",
        "flow-per-strike-intraday",
        "flow-per-expiry",
        "flow-recent",
    ]


def test_the_sums_per_strike_are_those_of_the_true_trades(simulator: Simulator) -> None:
    trades = simulator.truth("flow-recent", symbol="SPY", date=DAY)
    rows = simulator.api("/api/stock/SPY/flow-per-strike", date=DAY).json()
    served = sum(Decimal(row["call_premium"]) + Decimal(row["put_premium"]) for row in rows)
    assert served == sum(Decimal(trade["premium"]) for trade in trades)


def test_recent_flow_is_the_end_of_the_true_trades(simulator: Simulator) -> None:
    trades = simulator.truth("flow-recent", symbol="SPY")
    assert simulator.api("/api/stock/SPY/flow-recent").json() == trades[:-51:-1]


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
