"""Who is left out when the day gets tight, what is noted of it, and what is left alone after failures."""

import pytest
from budgeted import ask

from collector.core import errors


def test_a_feed_of_low_value_is_spared_while_the_prints_go_on(fresh_simulator, client):
    fresh_simulator.faults(daily_limit=40)
    for _ in range(4):
        ask(client)
    # Of 40 a quarter is the prints', of which 4 are spent, and a tenth is for filling: 10 stay.
    for _ in range(26):
        ask(client, "tide", 30)
    with pytest.raises(errors.Spared, match="10 requests are kept"):
        ask(client, "tide", 30)
    for _ in range(4):
        ask(client, "prints", 10, filling=True)
    with pytest.raises(errors.Spared):
        ask(client, "prints", 10, filling=True)
    for _ in range(6):
        ask(client)
    with pytest.raises(errors.DailyLimit):
        ask(client)
    assert fresh_simulator.counters()["refusals"] == {}


def test_what_was_spent_is_known_by_feed_purpose_and_outcome(fresh_simulator, client):
    fresh_simulator.faults(http_500=1, concurrency_429=1)
    ask(client)
    ask(client, "tide", 30, filling=True)
    fresh_simulator.faults(not_in_plan=["iv-rank"])
    with pytest.raises(errors.NotInPlan):
        ask(client, "tide", 30)
    assert client.budget.look().spent["2026-11-24"] == {
        "prints": {"now": {"5xx": 1, "429 in flight": 1, "ok": 1}},
        "tide": {"filling": {"ok": 1}, "now": {"403 plan": 1}},
    }


def test_a_host_that_fails_is_left_alone_and_then_tried_once(fresh_simulator, client, fake):
    fresh_simulator.faults(http_500=10_000)
    for feed in ("prints", "tide", "prints"):
        with pytest.raises(errors.Unreachable):
            ask(client, feed)
    asked = fresh_simulator.counters()["total"]
    with pytest.raises(errors.CircuitOpen, match="the API failed again and again: asked again at 12:"):
        ask(client, "another")
    assert fresh_simulator.counters()["total"] == asked
    fake.at += 31
    with pytest.raises(errors.Unreachable):
        ask(client, "another")
    assert fresh_simulator.counters()["total"] == asked + 1
    with pytest.raises(errors.CircuitOpen, match="asked again at 12:"):
        ask(client)
    fake.at += 61
    fresh_simulator.faults(http_500=0)
    ask(client)
    ask(client, "tide")
    assert client.budget.look().breakers.keys() <= {"another"}


def test_a_feed_that_fails_alone_leaves_the_others_be(fresh_simulator, client):
    fresh_simulator.faults(html_200=18)
    for _ in range(3):
        with pytest.raises(errors.Transient):
            ask(client, "tide", 30)
    with pytest.raises(errors.CircuitOpen, match="tide failed"):
        ask(client, "tide", 30)
    ask(client)


def test_refusals_of_the_budget_never_trip_a_breaker(fresh_simulator, client):
    fresh_simulator.faults(concurrency_429=10_000)
    for _ in range(5):
        with pytest.raises(errors.InFlight):
            ask(client)
    assert client.budget.look().breakers == {}


def test_a_feed_that_is_spared_stays_open_and_is_no_failure_of_the_pass(simulator, collector, database):
    collector.clock(simulator, "2026-11-20T12:00:00-05:00")
    used = int(simulator.api("/api/stock/SPY/iv-rank").headers["x-uw-daily-req-count"])
    # A whole pass takes twelve requests; half of the day's is reserved for filling.
    simulator.faults(daily_limit=used + 12)
    done = collector("run", COLLECTOR_BUDGET_RESERVE_PERCENT="50")
    assert done.returncode == 0
    outcomes = dict(database.ask("select feed, outcome from ops.ledger"))
    assert outcomes["darkpool_trades"] == "done"
    assert outcomes["flow_per_expiry"] == "open"
    assert "kept for more valuable feeds" in done.stdout
