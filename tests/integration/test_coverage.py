"""`collector coverage`: what is open by default, everything on demand, for people and machines."""

import json

import pytest
from embedded import FEW_FEEDS

from collector.sources import by_name

DAY = "2026-11-20"
PARTS = sum(len(by_name(feed).symbols(("SPY", "QQQ"))) for feed in FEW_FEEDS)
EVENING = f"{DAY}T21:05:03-05:00"
MORNING = "2026-11-21T06:50:03-05:00"


def open_a_hole(database):
    hole = f"tstzmultirange(tstzrange('{DAY}T15:00:00Z', '{DAY}T15:00:05Z'))"
    database.ask(
        f"update ops.coverage set covered = covered - {hole} where symbol = 'SPY' and feed = 'darkpool_trades'"
    )


def facts(collector, *words):
    return json.loads(collector("coverage", "--json", *words).stdout)


@pytest.mark.slow
def test_only_what_is_open_is_listed_and_the_rest_is_counted(simulator, collector, database):
    collector.at(simulator, EVENING)
    lines = collector("coverage").stdout.splitlines()
    assert lines == [f"Fri 2026-11-20  {PARTS} of {PARTS} have all that was due"]
    open_a_hole(database)
    lines = collector("coverage").stdout.splitlines()
    assert lines[0].endswith(f"{PARTS - 1} of {PARTS} have all that was due")
    assert len(lines) == 2
    assert lines[1].split()[:3] == ["darkpool_trades", "SPY", "99.99"]
    assert lines[1].endswith("10:00:00-10:00:05")


@pytest.mark.slow
def test_everything_on_demand_with_alike_symbols_side_by_side_in_80_columns(simulator, collector):
    collector.at(simulator, EVENING)
    collector.at(simulator, MORNING)
    lines = collector("coverage", "--all").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    prints = next(line for line in lines if "darkpool_trades" in line)
    assert prints.split() == ["darkpool_trades", "SPY", "QQQ", "100", "%", "confirmed", "last", "06:50"]
    assert any("iv_rank" in line and "SPY QQQ" in line for line in lines)
    assert {line.split()[0] for line in lines[1:]} == set(FEW_FEEDS)


@pytest.mark.slow
def test_snapshots_say_whether_they_are_complete_and_when_they_were_fetched(simulator, collector):
    collector.at(simulator, f"{DAY}T12:00:03-05:00")
    (one,) = facts(collector, "--feed", "market_tide")
    assert (one["stage"], one["covered"], one["open"]) == ("open", None, False)
    collector.at(simulator, EVENING)
    (one,) = facts(collector, "--feed", "market_tide")
    assert (one["stage"], one["collected_at"][:16]) == ("settled", "2026-11-21T02:05")


def test_a_snapshot_that_missed_its_evening_is_open(simulator, collector):
    collector.at(simulator, f"{DAY}T12:00:03-05:00")
    collector.clock(simulator, MORNING)
    lines = collector("coverage", "--feed", "flow_recent").stdout.splitlines()
    assert lines[1].split()[:3] == ["flow_recent", "SPY", "QQQ"]
    assert lines[1].endswith("not complete")


@pytest.mark.slow
def test_feed_symbol_and_dates_narrow_it(simulator, collector):
    for day in ("2026-11-18", "2026-11-19", DAY):
        collector.at(simulator, f"{day}T21:05:03-05:00")
    found = facts(collector, "--feed", "darkpool_trades", "--symbol", "spy", "--from", "2026-11-19")
    assert [(one["symbol"], one["session"], one["settled"]) for one in found] == [
        ("SPY", DAY, 1.0),
        ("SPY", "2026-11-19", 1.0),
    ]
    found = facts(collector, "--symbol", "QQQ", "--to", "2026-11-18")
    assert {one["session"] for one in found} == {"2026-11-18"}
    assert collector("coverage", "--from", "2026-11-24").stdout == "nothing was collected of these sessions\n"


def test_a_feed_or_a_date_that_is_none_is_refused_with_the_fix(collector):
    done = collector("coverage", "--feed", "darkpool")
    assert done.returncode == 2
    assert "darkpool_trades" in done.stderr
    done = collector("coverage", "--from", "20.11.2026")
    assert done.returncode == 2
    assert "write 2026-11-20" in done.stderr
