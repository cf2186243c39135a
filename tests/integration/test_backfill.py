"""Old days on purpose: every hole is filled once, inside what the plan sees, and it may be ended at any time."""

from datetime import timedelta

import pytest
from embedded import wait_until
from prints import served, stored

MONDAY = "2026-11-23T08:00:03-05:00"
DAYS = ("2026-11-17", "2026-11-18", "2026-11-19")
PRINTS = ("--feed", "darkpool_trades")


def backfill(collector, *words):
    return collector("backfill", "--from", DAYS[0], "--to", DAYS[-1], *words)


@pytest.mark.slow
def test_the_days_before_the_first_run_are_fetched_whole(simulator, collector, database):
    collector.clock(simulator, MONDAY)
    done = backfill(collector)
    assert done.returncode == 0, done.stdout + done.stderr
    for symbol in ("SPY", "QQQ"):
        for day in DAYS:
            assert stored(database, symbol, day) == served(simulator, symbol, day), day
    again = backfill(collector)
    assert "nothing is open" in again.stdout
    assert (
        database.one("select count(*) from ops.runs where kind = 'backfill' and outcome = 'nothing_due'") == 1
    )


def test_a_dry_run_says_what_is_open_and_asks_for_nothing(simulator, collector, database):
    collector.clock(simulator, MONDAY)
    done = backfill(collector, "--dry-run", *PRINTS)
    assert "6 parts of 3 sessions are open" in done.stdout
    assert simulator.counters()["total"] == 0


@pytest.mark.slow
def test_one_that_was_killed_goes_on_where_it_ended(simulator, collector, database):
    collector.clock(simulator, MONDAY)
    simulator.faults(latency_ms=100)
    process = collector.start("backfill", "--from", DAYS[0], "--to", DAYS[-1], *PRINTS)
    wait_until(lambda: simulator.counters()["total"] >= 8)
    process.kill()
    process.wait()
    simulator.faults(latency_ms=0)
    before = simulator.counters()["total"]
    assert backfill(collector, *PRINTS).returncode == 0
    total = simulator.counters()["total"]
    for symbol in ("SPY", "QQQ"):
        for day in DAYS:
            assert stored(database, symbol, day) == served(simulator, symbol, day), day
    whole = sum(-(-len(served(simulator, symbol, day)) // 490) for symbol in ("SPY", "QQQ") for day in DAYS)
    assert before >= 8
    assert total <= whole + 4
    assert database.ask("select outcome from ops.runs order by started_at") == [("interrupted",), ("done",)]


@pytest.mark.slow
def test_the_plans_limit_is_learned_from_the_vendor_and_kept(fresh_simulator, collector, database):
    collector.settings["COLLECTOR_API_URL"] = fresh_simulator.url
    collector.clock(fresh_simulator, MONDAY)
    words = ("backfill", "--from", "2026-09-28", "--to", "2026-10-15", "--feed", "market_tide")
    done = collector(*words)
    assert done.returncode == 0, done.stdout
    assert "earliest date" in done.stdout
    (limit,) = database.ask("select feed, earliest from ops.history_limits")
    earliest = fresh_simulator.truth("sessions")[0]["date"]
    assert (limit[0], str(limit[1])) == ("market_tide", earliest)
    collected = database.ask(
        "select min((timestamp at time zone 'America/New_York')::date) from trading.market_metrics"
    )
    assert str(collected[0][0]) == earliest
    asked = fresh_simulator.counters()["total"]
    assert "nothing is open" in collector(*words).stdout
    assert fresh_simulator.counters()["total"] == asked


@pytest.mark.slow
def test_feeds_that_show_only_today_are_not_asked_for_old_days(simulator, collector, database):
    collector.clock(simulator, MONDAY)
    backfill(collector)
    feeds = {feed for (feed,) in database.ask("select distinct feed from ops.coverage")}
    assert "darkpool_trades" in feeds
    assert "flow_recent" not in feeds


@pytest.mark.slow
def test_a_backfill_runs_beside_a_pass_and_neither_marks_the_other_as_killed(simulator, collector, database):
    collector.clock(simulator, MONDAY)
    simulator.faults(latency_ms=100)
    process = collector.start("backfill", "--from", DAYS[0], "--to", DAYS[-1], *PRINTS)
    wait_until(lambda: simulator.counters()["total"] >= 2)
    assert collector("run", *(), COLLECTOR_FEEDS="market_tide").returncode == 0
    second = backfill(collector, *PRINTS)
    assert second.returncode == 1
    assert "another backfill is at work" in second.stderr
    process.communicate(timeout=120)
    assert set(database.ask("select kind, outcome from ops.runs")) == {("backfill", "done"), ("run", "done")}


def test_days_in_the_wrong_order_and_words_that_are_no_date_are_told_so(collector):
    wrong = collector("backfill", "--from", "2026-11-20", "--to", "2026-11-19")
    assert (wrong.returncode, "is after --to" in wrong.stderr) == (1, True)
    nonsense = collector("backfill", "--from", "yesterday")
    assert (nonsense.returncode, "write 2026-11-20" in nonsense.stderr) == (2, True)


def test_progress_counts_parts_and_says_how_long_it_will_take(simulator, collector, database):
    collector.clock(simulator, MONDAY)
    out = backfill(collector, "--feed", "market_tide").stdout
    assert "3 of 3 parts (100 %)" in out
    assert "about 0 min left" in out
    assert timedelta(0) <= database.one("select max(finished_at - started_at) from ops.runs")
