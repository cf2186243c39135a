"""A vendor that leaves rows out or takes them away, and a host whose clock is wrong: no print is lost for good."""

from datetime import datetime

import pytest
from prints import served, stored

DAY = "2026-11-20"
ONLY_SPY = {"COLLECTOR_FEEDS": "darkpool_trades", "COLLECTOR_SYMBOLS": "SPY"}
MARKED = "select count(*) from trading.darkpool_trades where missing_since is not null"


def test_rows_that_are_left_out_of_answers_are_there_after_the_sweeps_and_nothing_stays_marked(
    simulator, collector, database
):
    collector.settings |= ONLY_SPY
    simulator.faults(missing_rows_percent=20)
    for clock in ("12:00", "16:55", "21:05"):
        collector.at(simulator, f"{DAY}T{clock}:03-05:00")
    truth = served(simulator, "SPY", DAY)
    assert len(stored(database, "SPY", DAY)) < len(truth)
    assert database.one(MARKED)
    simulator.faults(missing_rows_percent=0)
    collector.at(simulator, "2026-11-21T06:50:03-05:00")
    assert stored(database, "SPY", DAY) == truth
    assert database.one(MARKED) == 0


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_an_hour_wrong_all_day_loses_no_print_once_it_is_right(
    hours, simulator, collector, database
):
    collector.settings |= ONLY_SPY
    for clock in ("12:00", "16:55", "20:02", "21:05"):
        right = datetime.fromisoformat(f"{DAY}T{clock}:03-05:00")
        collector.clock(simulator, right.isoformat())
        wrong = int(collector.settings["COLLECTOR_CLOCK_OFFSET_S"]) + 3600 * hours
        assert collector("run", COLLECTOR_CLOCK_OFFSET_S=str(wrong)).returncode == 0
    collector.at(simulator, "2026-11-21T06:50:03-05:00")
    assert stored(database, "SPY", DAY) == served(simulator, "SPY", DAY)
    assert database.ask("select distinct session_date::text from ops.coverage") == [(DAY,)]


def test_a_clock_that_was_a_year_ahead_leaves_no_claim_on_days_to_come(simulator, collector, database):
    collector.settings |= ONLY_SPY
    collector.clock(simulator, f"{DAY}T12:00:03-05:00")
    a_year_ahead = int(collector.settings["COLLECTOR_CLOCK_OFFSET_S"]) + 365 * 86_400
    collector("run", COLLECTOR_CLOCK_OFFSET_S=str(a_year_ahead))
    claims = "select session_date::text from ops.coverage where covered <> '{}'"
    assert database.ask(claims)[0][0].startswith("2027-")
    assert stored(database, "SPY", DAY) == []
    for clock in (f"{DAY}T21:05:03", "2026-11-21T06:50:03"):
        assert collector.at(simulator, f"{clock}-05:00").returncode == 0
    assert database.ask(claims) == [(DAY,)]
    assert stored(database, "SPY", DAY) == served(simulator, "SPY", DAY)
