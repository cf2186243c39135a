"""A pass as cron starts it: its exit code, its words, its log, and what it leaves behind."""

import json
import signal

import pytest
from embedded import wait_until
from prints import served, stored

from collector.sources import registered

DAY = "2026-11-20"
NOON = f"{DAY}T12:00:03-05:00"
EVENING = f"{DAY}T21:05:03-05:00"


@pytest.mark.slow
def test_a_first_pass_stores_every_feed_and_says_so(simulator, collector, database):
    collector.clock(simulator, NOON)
    done = collector("run", COLLECTOR_FEEDS="")
    assert (done.returncode, done.stderr) == (0, "")
    for table in ("darkpool_trades", "options_flow", "market_metrics"):
        assert database.one(f"select count(*) from trading.{table}")
    assert not database.one("select count(*) from trading.options_flow where iv_rank is null")
    flows = database.ask("select distinct flow_type from trading.options_flow order by 1")
    assert flows == database.ask("select flow_type from ops.flow_types order by 1")
    metrics = database.ask("select distinct metric_type from trading.market_metrics order by 1")
    assert metrics == database.ask("select metric_type from ops.metric_types order by 1")
    outcomes = database.ask("select distinct feed, outcome from ops.ledger order by 1")
    assert {outcome for _, outcome in outcomes} == {"done"}
    assert {feed for feed, _ in outcomes} == {source.name for source in registered()}
    assert len(done.stdout.splitlines()) == 1 + database.one("select count(*) from ops.ledger")


@pytest.mark.slow
def test_with_nothing_open_it_says_so_and_asks_nothing(simulator, collector, database):
    collector.at(simulator, EVENING)
    simulator.counters(reset=True)
    again = collector.at(simulator, f"{DAY}T21:20:03-05:00")
    assert again.returncode == 0
    assert "nothing due" in again.stdout
    assert simulator.counters()["total"] == 0
    assert database.ask("select outcome from ops.runs order by started_at") == [("done",), ("nothing_due",)]


@pytest.mark.slow
def test_a_second_run_at_the_same_time_leaves_and_says_so(simulator, collector):
    simulator.faults(latency_ms=300)
    collector.clock(simulator, NOON)
    first = collector.start("run")
    wait_until(lambda: simulator.counters()["total"])
    second = collector("run")
    assert second.returncode == 0
    assert "another run is at work" in second.stdout
    assert first.wait(60) == 0


@pytest.mark.slow
def test_sigterm_ends_it_between_two_pages_and_the_next_run_completes(simulator, collector, database):
    simulator.faults(latency_ms=200)
    collector.clock(simulator, EVENING)
    process = collector.start("run")
    wait_until(lambda: simulator.counters()["total"] >= 2)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "stopped" in out
    assert database.one("select outcome from ops.runs") == "stopped"
    simulator.faults(latency_ms=0)
    assert collector.at(simulator, EVENING).returncode == 0
    assert stored(database, "SPY", DAY) == served(simulator, "SPY", DAY)


def test_a_database_that_is_away_is_exit_code_3(simulator, collector):
    done = collector("run", COLLECTOR_DATABASE_DSN="dbname=x host=/nonexistent")
    assert done.returncode == 3
    assert "database cannot be reached" in done.stdout
    assert "Traceback" not in done.stderr
    assert collector("status", COLLECTOR_DATABASE_DSN="dbname=x host=/nonexistent").returncode == 3


def test_a_refused_key_is_exit_code_4_and_is_never_shown(simulator, collector, database, tmp_path):
    collector.clock(simulator, NOON)
    done = collector("run", COLLECTOR_API_KEY="sekrit-canary")
    assert done.returncode == 4
    assert "COLLECTOR_API_KEY" in done.stderr
    log = (tmp_path / "collector.log").read_text()
    assert "sekrit-canary" not in done.stdout + done.stderr + log
    assert database.one("select outcome from ops.runs") == "failed"
    assert simulator.counters()["total"] == 1


def test_wrong_settings_are_exit_code_2_and_all_told(collector):
    done = collector("run", COLLECTOR_SYMBOLS="spy", COLLECTOR_FEDS="x", COLLECTOR_API_KEY="")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3
    assert collector("runn").returncode == 2


@pytest.mark.parametrize("name", ["COLLECTOR_LOG_FILE", "COLLECTOR_STATE_DIR"])
def test_a_folder_that_is_not_there_is_told_with_its_fix(collector, name):
    done = collector("run", **{name: "/nonexistent/x"})
    assert done.returncode == 2
    assert f"change {name}" in done.stderr


def test_a_symbol_that_fails_does_not_stop_the_others(simulator, collector, database):
    collector.clock(simulator, NOON)
    done = collector("run", COLLECTOR_FEEDS="darkpool_trades,market_tide", COLLECTOR_SYMBOLS="ZZZZ,SPY")
    assert done.returncode == 1
    assert "darkpool_trades ZZZZ: the API knows no such symbol" in done.stdout
    outcomes = database.ask("select symbol, outcome from ops.ledger order by 1")
    assert outcomes == [("MARKET", "done"), ("SPY", "done"), ("ZZZZ", "failed")]


@pytest.mark.slow
def test_a_feed_outside_the_plan_is_left_out_and_is_no_failure(simulator, collector, database):
    simulator.faults(not_in_plan=["market-tide", "iv-rank"])
    done = collector.at(simulator, NOON)
    assert done.returncode == 0
    outcomes = dict(database.ask("select feed, outcome from ops.ledger"))
    assert outcomes["market_tide"] == outcomes["iv_rank"] == "not_in_plan"
    assert outcomes["flow_recent"] == "done"


def test_a_spent_day_stops_the_pass(simulator, collector, database):
    simulator.faults(daily_429=1)
    done = collector.at(simulator, NOON)
    assert done.returncode == 1
    assert "20:00 New York" in done.stdout
    assert database.one("select outcome from ops.runs") == "failed"
    assert simulator.counters()["total"] == 1


@pytest.mark.slow
def test_hiccups_leave_no_trace_in_the_data(simulator, collector, database):
    collector.clock(simulator, EVENING)
    simulator.faults(http_500=1, cut_gzip=1, rate_limit_429=1)
    assert collector("run").returncode == 0
    for symbol in ("SPY", "QQQ"):
        assert stored(database, symbol, DAY) == served(simulator, symbol, DAY)


def test_prints_of_the_evening_before_do_not_leak_into_the_day(simulator, collector, database):
    simulator.faults(leak_previous_session=True)
    collector.at(simulator, EVENING)
    days = database.ask("select distinct session_date from trading.print_summary")
    assert [str(day) for (day,) in days] == [DAY]
    assert stored(database, "SPY", DAY) == served(simulator, "SPY", DAY)


@pytest.mark.slow
def test_rows_that_an_answer_leaves_out_come_with_a_later_sweep(simulator, collector, database):
    simulator.faults(missing_rows_percent=10)
    collector.at(simulator, f"{DAY}T16:55:03-05:00")
    assert stored(database, "SPY", DAY) != served(simulator, "SPY", DAY)
    simulator.faults(missing_rows_percent=0)
    collector.at(simulator, EVENING)
    assert stored(database, "SPY", DAY) == served(simulator, "SPY", DAY)


@pytest.mark.slow
def test_a_day_that_was_missed_is_filled_by_the_next_pass(simulator, collector, database):
    collector.at(simulator, "2026-11-18T16:55:03-05:00")
    collector.at(simulator, "2026-11-23T09:29:03-05:00")
    for day in ("2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23"):
        assert stored(database, "QQQ", day) == served(simulator, "QQQ", day), day


@pytest.mark.slow
@pytest.mark.parametrize(("day", "zone"), [("2026-11-27", "-05:00"), ("2026-10-30", "-04:00")])
def test_half_days_and_summer_time_are_days_like_others(simulator, collector, database, day, zone):
    for clock in ("12:59", "13:20", "21:05"):
        assert collector.at(simulator, f"{day}T{clock}:03{zone}").returncode == 0
    assert stored(database, "SPY", day) == served(simulator, "SPY", day)


@pytest.mark.slow
def test_two_thousand_prints_in_one_second_are_all_stored(fresh_simulator, database, collector):
    at = f"{DAY}T15:00:00Z"
    fresh_simulator.faults(prints_in_one_second={"symbol": "SPY", "at": at, "count": 2000})
    collector.settings["COLLECTOR_API_URL"] = fresh_simulator.url
    done = collector.at(fresh_simulator, EVENING)
    assert done.returncode == 0, done.stdout
    assert stored(database, "SPY", DAY) == served(fresh_simulator, "SPY", DAY)
    assert database.one("select count(*) from trading.darkpool_trades where executed_at = %s", at) >= 2000


def test_the_log_has_a_line_an_event_with_the_run_and_no_secret(simulator, collector, database, tmp_path):
    collector.at(simulator, NOON)
    lines = (tmp_path / "collector.log").read_text().splitlines()
    run_id = database.one("select run_id from ops.runs")
    assert len(lines) == 2 + database.one("select count(*) from ops.ledger")
    assert all(f"run={run_id} " in line for line in lines)
    assert simulator.api_key not in "".join(lines)


@pytest.mark.slow
def test_status_fits_80_columns_and_knows_what_is_late(simulator, collector):
    for passed in (f"{DAY}T16:55:03", f"{DAY}T21:05:03", "2026-11-21T06:50:03"):
        collector.at(simulator, f"{passed}-05:00")
    collector.clock(simulator, "2026-11-23T09:00:30-05:00")
    early = collector("status")
    assert early.returncode == 0
    assert max(map(len, early.stdout.splitlines())) <= 80
    assert " late " not in early.stdout
    assert "opens in 29 min" in early.stdout
    assert "next run  09:05" in early.stdout

    collector.clock(simulator, "2026-11-23T10:30:00-05:00")
    facts = json.loads(collector("status", "--json").stdout)
    assert {feed["state"] for feed in facts["feeds"]} == {"late"}
    collector("run")
    assert " late " not in collector("status").stdout


@pytest.mark.slow
def test_a_brief_status_is_the_same_without_the_table(simulator, collector):
    collector.at(simulator, NOON)
    whole = collector("status").stdout.splitlines()
    lines = collector("status", "--brief").stdout.splitlines()
    counts = [line for line in lines if line.startswith("feeds ")]
    assert len(counts) == 1
    assert [line for line in lines if line not in counts] == [line for line in lines if line in whole]
    assert {line.split()[0] for line in lines} >= {"collector", "feeds", "last", "next", "requests", "spool"}
    assert len(lines) <= 11


@pytest.mark.slow
def test_status_on_a_weekend_is_calm(simulator, collector):
    for passed in (f"{DAY}T21:05:03", "2026-11-21T06:50:03"):
        collector.at(simulator, f"{passed}-05:00")
    collector.clock(simulator, "2026-11-22T12:00:00-05:00")
    facts = json.loads(collector("status", "--json").stdout)
    assert {feed["state"] for feed in facts["feeds"]} == {"fresh"}
    assert "no trading today" in collector("status").stdout


def test_status_before_the_first_run_says_never(collector):
    found = collector("status")
    assert found.returncode == 0
    assert "never" in found.stdout
    assert "none yet" in found.stdout


@pytest.mark.slow
def test_coverage_names_the_hole_in_new_york_time(simulator, collector, database):
    collector.at(simulator, EVENING)
    hole = f"tstzmultirange(tstzrange('{DAY}T15:00:00Z', '{DAY}T15:00:05Z'))"
    database.ask(
        f"update ops.coverage set covered = covered - {hole} where symbol = 'SPY' and feed = 'darkpool_trades'"
    )
    out = collector("coverage").stdout
    assert "10:00:00-10:00:05" in out
    assert "99.99 %" in out
