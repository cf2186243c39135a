"""`collector try`: what a release is asked before it is switched to."""

import pytest
from prints import served, stored

DAY = "2026-11-20"
OPEN = f"{DAY}T12:00:03-05:00"
CLOSED = f"{DAY}T22:00:03-05:00"
ROWS = "select count(*) from trading.darkpool_trades"


def test_while_the_exchanges_are_open_what_was_served_stays(simulator, collector, database):
    collector.clock(simulator, OPEN)
    done = collector("try")
    assert (done.returncode, done.stderr) == (0, "")
    assert "darkpool_trades SPY: 500 of 500 rows served were read and stored\n" in done.stdout
    assert simulator.counters()["total"] == 1
    assert database.one(ROWS) == 500
    assert database.ask("select kind, outcome from ops.runs") == [("try", "done")]


def test_what_it_stored_is_among_the_rows_of_the_hour_on_the_page(simulator, collector):
    collector.clock(simulator, OPEN)
    assert collector("try").returncode == 0
    done = collector("page", "--print")
    assert done.returncode == 0, done.stderr
    assert '<b data-hours="darkpool_trades">500</b>' in done.stdout


@pytest.mark.slow
def test_it_calls_nothing_covered_and_the_next_pass_collects_all(simulator, collector, database):
    collector.clock(simulator, OPEN)
    assert collector("try").returncode == 0
    assert database.one("select count(*) from ops.coverage where not isempty(covered)") == 0
    collector.at(simulator, f"{DAY}T21:05:03-05:00")
    assert stored(database, "SPY", DAY) == served(simulator, "SPY", DAY)


@pytest.mark.slow
def test_after_a_first_release_nothing_is_late_until_a_pass_was_due(simulator, collector):
    def late(at):
        collector.clock(simulator, f"{DAY}T{at}-05:00")
        return "late" in collector("status").stdout, collector("status", "--check").returncode

    collector.clock(simulator, OPEN)
    assert collector("try").returncode == 0
    assert late("12:00:30") == late("12:08:00") == (False, 0)
    assert late("12:09:30") == (True, 1), "a pass was due at 12:05, and there was none"
    collector.at(simulator, f"{DAY}T12:10:03-05:00")
    assert late("12:14:30") == (False, 0)
    assert collector("try").returncode == 0
    assert late("12:30:00")[1] == 1, "a try after the first pass excuses nothing"


def test_while_they_are_closed_nothing_stays(simulator, collector, database):
    collector.clock(simulator, CLOSED)
    done = collector("try")
    assert (done.returncode, done.stderr) == (0, "")
    assert "500 of 500 rows served were read and stored and undone: the exchanges are closed" in done.stdout
    assert database.one(ROWS) == 0
    assert database.one("select count(*) from ops.ledger") == 0


def test_a_feed_that_the_plan_lacks_leaves_it_to_the_next(simulator, collector):
    simulator.faults(not_in_plan=["darkpool"])
    collector.clock(simulator, OPEN)
    done = collector("try", COLLECTOR_FEEDS="darkpool_trades,iv_rank")
    assert done.returncode == 0, done.stderr
    assert "iv_rank SPY: 5 of 5 rows" in done.stdout
    assert collector("try", COLLECTOR_FEEDS="darkpool_trades").returncode == 5


@pytest.mark.parametrize("moment", [OPEN, CLOSED])
def test_an_answer_that_cannot_be_read_is_no_proof(simulator, collector, database, moment):
    simulator.faults(drop_key="price", only_path="darkpool")
    collector.clock(simulator, moment)
    done = collector("try")
    assert done.returncode == 1
    assert "none of 500 rows could be read and stored" in done.stderr
    assert database.one(ROWS) == 0
    assert database.ask("select outcome from ops.runs") == [("failed",)]


def test_what_waits_in_the_spool_is_left_to_a_pass(simulator, collector, database):
    collector.clock(simulator, OPEN)
    collector("run", COLLECTOR_DATABASE_DSN="dbname=x host=/nonexistent")
    before = database.one(ROWS)
    collector.clock(simulator, CLOSED)
    assert collector("try").returncode == 0
    assert database.one(ROWS) == before == 0


def test_a_database_that_is_away_and_a_refused_key_are_said(simulator, collector):
    assert collector("try", COLLECTOR_DATABASE_DSN="dbname=x host=/nonexistent").returncode == 3
    assert collector("try", COLLECTOR_API_KEY="wrong").returncode == 4
