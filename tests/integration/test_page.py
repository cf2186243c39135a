"""`collector page` of a real database: its numbers are the database's, it is cheap, and it outlives the database."""

import json
import os
import re
import time

import psycopg2
import pytest
from hosts import looked
from prometheus_client.parser import text_string_to_metric_families

from collector.store import files

pytestmark = pytest.mark.slow
NOON = "2026-11-20T12:00:03-05:00"


@pytest.fixture
def written(simulator, collector, tmp_path):
    """A page after passes of two days, in New York's evening and noon."""
    collector.at(simulator, "2026-11-19T11:00:03-05:00")
    collector.at(simulator, "2026-11-19T21:10:03-05:00")
    collector.at(simulator, NOON)
    machine = looked(tmp_path / "machine")

    def write(**changed):
        found = collector("page", "--host", str(machine), **changed)
        assert found.returncode == 0, found.stderr
        return (tmp_path / "page/status.html").read_text()

    return write


def shown(page, what):
    """By feed, the numbers that the page shows of it."""
    found = re.findall(rf'<b data-{what}="(\w+)">([\d,]+)</b>', page)
    return {feed: int(number.replace(",", "")) for feed, number in found}


def test_its_numbers_are_the_databases(written, database):
    page = written()
    rows = "select feed, sum(stored)::int from ops.ledger where session_date = '2026-11-20' group by feed"
    assert shown(page, "rows") == dict(database.ask(rows))
    prints = "select count(*)::int from trading.darkpool_trades where executed_at >= '2026-11-20T05:00Z'"
    assert shown(page, "rows")["darkpool_trades"] == database.one(prints) > 0
    hours = """select feed, sum(stored)::int from ops.ledger l join ops.runs using (run_id)
               where (started_at at time zone 'America/New_York')::date = '2026-11-20' group by feed"""
    assert shown(page, "hours") == dict(database.ask(hours))
    runs = database.ask("select run_id from ops.runs order by started_at desc")
    assert re.findall(r'data-run="([^"]+)"', page) == [run for (run,) in runs]
    usual = "select sum(stored)::int from ops.ledger where session_date = '2026-11-19' and feed = 'iv_rank'"
    assert f"usual {database.one(usual):,}" in page


def test_what_coverage_counts_is_the_sum_of_the_ledger(written, database):
    lines = "select feed, symbol, session_date, sum(stored) from ops.ledger group by 1, 2, 3 having sum(stored) > 0"
    kept = "select feed, symbol, session_date, stored from ops.coverage where stored > 0"
    assert sorted(database.ask(lines)) == sorted(database.ask(kept)) != []


def test_a_hole_and_a_failure_are_shown_with_their_reasons(written, database, simulator, collector):
    hole = "tstzmultirange(tstzrange('2026-11-20T15:00:00Z', '2026-11-20T15:00:05Z'))"
    where = "where symbol = 'SPY' and feed = 'darkpool_trades' and session_date = '2026-11-20'"
    database.ask(f"update ops.coverage set covered = covered - {hole} {where}")
    database.ask(
        "update ops.ledger set outcome = 'failed', message = '<b>refused</b>' where feed = 'iv_rank'"
    )
    page = written()
    assert "darkpool_trades SPY Fri 11-20: 10:00:00-10:00:05" in page
    assert "failed: iv_rank QQQ, iv_rank SPY: &lt;b&gt;refused&lt;/b&gt;" in page


def scraped(folder):
    """By name and labels what node exporter would read."""
    told = (folder / "metrics/darkpool.prom").read_text()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def test_its_numbers_are_there_for_prometheus_whole_and_for_their_group_alone(written, database, tmp_path):
    before = os.umask(0o077)
    try:
        written()
    finally:
        os.umask(before)
    found = scraped(tmp_path)
    stored = "select sum(stored)::int from ops.coverage where feed = 'darkpool_trades' and symbol = 'SPY'"
    assert found["darkpool_feed_rows", "darkpool_trades", "SPY"] == database.one(stored) > 0
    assert found["darkpool_database_answers",] == 1
    folder = tmp_path / "metrics"
    assert [path.name for path in folder.iterdir()] == ["darkpool.prom"], "nothing half written is left"
    assert (folder.stat().st_mode & 0o777, (folder / "darkpool.prom").stat().st_mode & 0o777) == (
        0o750,
        0o640,
    )
    written(COLLECTOR_DATABASE_DSN="dbname=x host=/nonexistent")
    away = scraped(tmp_path)
    assert away["darkpool_database_answers",] == 0
    assert away["darkpool_feed_rows", "darkpool_trades", "SPY"] == database.one(stored)


def test_without_its_database_it_keeps_what_it_knew_and_since_when(written, collector, simulator):
    before = written()
    collector.clock(simulator, "2026-11-20T12:30:03-05:00")
    after = written(COLLECTOR_DATABASE_DSN="dbname=x host=/nonexistent")
    assert "PostgreSQL does not answer" not in before
    assert "PostgreSQL does not answer" in after
    assert "What it last said was at 12:00." in after
    assert shown(after, "rows") == shown(before, "rows") != {}


def test_without_its_database_and_without_a_past_it_still_says_so(collector, tmp_path):
    assert collector("page", COLLECTOR_DATABASE_DSN="dbname=x host=/nonexistent").returncode == 0
    assert "It never did." in (tmp_path / "page/status.html").read_text()


def test_only_its_owner_reads_it_and_a_reader_never_sees_half_of_it(written, tmp_path):
    written()
    folder = tmp_path / "page"
    assert sorted(path.name for path in folder.iterdir()) == ["known.json", "status.html"]
    assert {path.stat().st_uid for path in folder.iterdir()} == {os.getuid()}
    assert json.loads((folder / "known.json").read_text())["sessions"][-1] == "2026-11-20"


MANY = """
insert into ops.runs (run_id, kind, started_at, finished_at, release, outcome)
select to_char(at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS') || '-many', 'run', at, at, '1', 'done'
from generate_series('2026-05-01T13:00Z'::timestamptz, '2026-11-20T16:50Z', '10 minutes') at;
insert into ops.ledger (run_id, feed, symbol, session_date, stored, outcome)
select run_id, 'feed_' || n, 'SPY', started_at::date, 1, 'done'
from ops.runs, generate_series(1, 20) n where release = '1';
analyze ops.ledger; analyze ops.runs;
"""


def test_half_a_year_behind_it_is_not_read(written, database):
    """Not the ledger of half a year (590,000 lines) is read, but that of the days that are shown."""
    database.server.execute(MANY, database.name)
    written()
    with psycopg2.connect(database.dsn()) as connection, connection.cursor() as cursor:
        for name in ("page_hours", "page_reasons", "status_feeds", "status_refused"):
            values = {"since": "2026-11-05T17:00:00Z", "runs": ["a", "b"]}
            cursor.execute(f"explain {files.query(name)}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on ledger" not in plan, f"{name}:\n{plan}"
    began = time.monotonic()
    written()
    assert time.monotonic() - began < 5
