"""The database may be away: pages wait on disk, whole and in order, and reach it when it is back."""

import json
import os
import subprocess
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from prints import served, stored

from collector.core.errors import BadPayload, SpoolFull
from collector.store.spool import Page, Spool

DAY = "2026-11-20"
NOON = f"{DAY}T12:00:03-05:00"
EVENING = f"{DAY}T21:10:03-05:00"
NOW = datetime(2026, 11, 20, 17, tzinfo=timezone.utc)
NOWHERE = "dbname=darkpool user=collector host=/nowhere"
PRINTS = {"COLLECTOR_FEEDS": "darkpool_trades"}


def page(symbol="SPY", **more):
    rows = [{"price": Decimal("1.10"), "note": "é"}]
    return Page(
        "darkpool_trades", symbol, date(2026, 11, 20), NOW, rows, (NOW - timedelta(hours=1), NOW), **more
    )


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool", 10_000)


def test_a_page_comes_back_as_it_went_in_with_its_digits(spool):
    (read,) = (spool.read(path) for path in [spool.put(page(settled=True))])
    assert read.rows == [{"price": "1.10", "note": "é"}]
    assert (read.covered, read.settled, read.confirmed) == ((NOW - timedelta(hours=1), NOW), True, False)
    assert (read.feed, read.symbol, read.session_date, read.fetched_at) == (
        "darkpool_trades",
        "SPY",
        date(2026, 11, 20),
        NOW,
    )


def test_pages_come_out_in_the_order_they_went_in(spool):
    for number in range(20):
        spool.put(page(symbol=f"S{number}"))
    assert [one.symbol for one in spool.pages()] == [f"S{number}" for number in range(20)]


def test_a_spool_that_is_full_says_so_and_keeps_what_it_has(tmp_path):
    size = Spool(tmp_path / "other", 10_000).put(page()).stat().st_size
    spool = Spool(tmp_path / "spool", 2 * size + 20)
    spool.put(page())
    spool.put(page())
    with pytest.raises(SpoolFull, match="COLLECTOR_SPOOL_MB"):
        spool.put(page())
    assert len(list(spool.pages())) == 2


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_page_is_told_from_a_whole_one(spool, damage):
    path = spool.put(page())
    path.write_bytes(path.read_bytes()[:-9] if damage is None else damage)
    with pytest.raises(BadPayload, match="damaged"):
        spool.read(path)


def test_what_a_killed_process_was_writing_is_forgotten_and_what_a_living_one_writes_is_not(spool):
    dead = subprocess.Popen(["true"])
    dead.wait()
    pages = {pid: spool.put(page()) for pid in (dead.pid, os.getpid())}
    torn = {pid: path.rename(path.with_name(f"1-{pid}.writing")) for pid, path in pages.items()}
    with spool.draining():
        assert [path.exists() for path in torn.values()] == [False, True]


def test_only_one_process_drains(spool):
    with spool.draining() as mine, Spool(spool.folder, 1).draining() as other:
        assert (mine, other) == (True, False)


def test_a_day_without_a_database_is_in_it_when_it_is_back(simulator, collector, database):
    for clock in ("10:00", "12:00", "16:55"):
        collector.clock(simulator, f"{DAY}T{clock}:03-05:00")
        done = collector("run", COLLECTOR_DATABASE_DSN=NOWHERE)
        assert done.returncode == 3
        assert "pages wait in the spool" in done.stdout
    simulator.counters(reset=True)
    done = collector.at(simulator, f"{DAY}T16:58:03-05:00")
    assert done.returncode == 0, done.stdout
    assert "pages that waited are stored" in done.stdout
    # The prints of the day were not asked for again, only the last minutes.
    assert simulator.counters()["requests"]["/api/darkpool/{ticker}"]["200"] <= 2
    collector.at(simulator, EVENING)
    for symbol in ("SPY", "QQQ"):
        assert stored(database, symbol, DAY) == served(simulator, symbol, DAY)


def test_without_a_database_each_pass_asks_only_for_what_is_new(simulator, collector, database):
    collector.at(simulator, NOON)
    simulator.counters(reset=True)
    collector.clock(simulator, f"{DAY}T12:05:03-05:00")
    for _ in range(2):
        done = collector("run", COLLECTOR_DATABASE_DSN=NOWHERE, **PRINTS)
        assert done.returncode == 3
    assert simulator.counters()["total"] == 4


def test_a_database_that_dies_in_the_middle_of_a_pass_loses_nothing(simulator, collector, database, server):
    collector.clock(simulator, EVENING)
    simulator.faults(latency_ms=150)
    process = collector.start("run", **PRINTS)
    while not database.one("select count(*) from trading.darkpool_trades"):
        assert process.poll() is None, process.communicate()
    server.execute(f"alter database {database.name} allow_connections false")
    server.execute(
        f"select pg_terminate_backend(pid) from pg_stat_activity "
        f"where datname = '{database.name}' and usename = 'collector'"
    )
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 3, out
    simulator.faults(latency_ms=0)
    server.execute(f"alter database {database.name} allow_connections true")
    simulator.counters(reset=True)
    assert collector.at(simulator, f"{DAY}T21:20:03-05:00").returncode == 0
    for symbol in ("SPY", "QQQ"):
        assert stored(database, symbol, DAY) == served(simulator, symbol, DAY)


def test_a_damaged_page_is_set_aside_and_the_others_are_stored(simulator, collector, database, tmp_path):
    collector.clock(simulator, EVENING)
    collector("run", COLLECTOR_DATABASE_DSN=NOWHERE, **PRINTS)
    first, *others = sorted((tmp_path / "spool").glob("*.page"))
    assert others
    first.write_bytes(b"nonsense")
    collector.at(simulator, f"{DAY}T21:30:03-05:00")
    assert [path.name for path in (tmp_path / "spool").iterdir() if path.suffix] == [f"{first.stem}.damaged"]
    assert "level=error" in (tmp_path / "collector.log").read_text()
    # Its seconds are not covered, so they were asked for again.
    assert stored(database, "SPY", DAY) == served(simulator, "SPY", DAY)


def test_knowledge_that_is_damaged_costs_requests_and_nothing_else(simulator, collector, database, tmp_path):
    collector.at(simulator, NOON)
    assert json.loads((tmp_path / "knowledge.json").read_text())
    (tmp_path / "knowledge.json").write_text('[{"feed": 1')
    collector("run", COLLECTOR_DATABASE_DSN=NOWHERE, **PRINTS)
    collector.at(simulator, EVENING)
    assert stored(database, "SPY", DAY) == served(simulator, "SPY", DAY)
