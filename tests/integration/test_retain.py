"""What the policy no longer keeps goes to files, proven, and then leaves the table: nothing is lost or doubled."""

import json
import re
import subprocess
import sys
from datetime import date

import pyarrow.parquet as pq
import pytest
from old_months import ARCHIVED, OTHERS, PRINTS, SNAPSHOTS

from collector.jobs.lock import only_one
from collector.store.archive import parquet
from collector.store.archive.unit import Unit


@pytest.fixture
def tool(collector, simulator, tmp_path):
    """The collector on a Sunday, with an archive of its own."""
    collector.settings["COLLECTOR_ARCHIVE_DIR"] = str(tmp_path / "archive")
    # Snapshots of the tests are to be thinned, whatever year it is.
    collector.settings["COLLECTOR_KEEP_HOT"] = "options_flow=0"
    collector.clock(simulator, "2026-11-22T12:00:00-05:00")
    return collector


@pytest.fixture
def root(tmp_path):
    return tmp_path / "archive"


def in_files(root):
    """Every row that the files hold, as texts."""
    return sorted(row for path in root.rglob("*.parquet") for batch in parquet.read(path) for row in batch)


def as_archived(database, table, months):
    """The same of the table, by the question that the archive asks."""
    found = []
    for month in months:
        question = database.one("select ops.archive_rows(%s, %s, 'month')", table, f"{month}-01")
        found += database.ask(question)
    return sorted(found)


@pytest.mark.slow
def test_an_old_month_is_in_files_and_no_longer_in_the_table(tool, database, root):
    database.ask(PRINTS)
    before = as_archived(database, "darkpool_trades", ["2023-05", "2023-06"])

    done = tool("retain")

    assert (done.returncode, done.stderr) == (0, "")
    assert database.one("select count(*) from trading.darkpool_trades") == 0
    assert database.one("select to_regclass('trading.darkpool_trades_2023_05')") is None
    assert in_files(root) == before
    # 20:00 to 24:00 New York of May, the rest is June's.
    assert database.ask(ARCHIVED) == [
        ("darkpool_trades", "2023-05", 1, "month", 47, True),
        ("darkpool_trades", "2023-06", 1, "month", 53, True),
    ]


@pytest.mark.slow
def test_a_file_is_in_the_order_of_time_so_that_a_day_is_found_without_reading_the_month(
    tool, database, root
):
    database.ask(PRINTS.replace("generate_series(1, 100)", "generate_series(100, 1, -1)"))
    database.ask(SNAPSHOTS.replace("'2026-03-02'::date", "'2023-03-02'::date").replace("2026-03", "2023-03"))
    # Of so few rows an index would give them in that order unasked; a month is sorted.
    database.ask(f"alter database {database.name} set enable_indexscan = off")
    tool.settings["COLLECTOR_KEEP_HOT"] = ""
    tool("retain")

    for table, name in (("darkpool_trades/2023-05", "executed_at"), ("options_flow/2023-03", "collected_at")):
        (times,) = pq.read_table(root / table / "1" / "SPY.parquet", columns=[name]).to_pydict().values()
        assert len(times) > 20
        assert times == sorted(times)


@pytest.mark.slow
def test_each_symbol_has_a_file_of_zstd_and_the_manifest_says_what_is_in_it(tool, database, root):
    database.ask(PRINTS)
    tool("retain")
    folder = root / "darkpool_trades" / "2023-05" / "1"
    manifest = json.loads((folder / "manifest.json").read_text())

    assert sorted(path.name for path in folder.iterdir()) == [
        *("BRK.B.parquet", "QQQ.parquet", "SPY.parquet", "manifest.json")
    ]
    assert sum(one["rows"] for one in manifest["files"]) == manifest["rows"] == 47
    assert manifest["content"] == database.one(
        "select content from ops.archives where part = 1 and month = '2023-05-01'"
    )
    with pq.ParquetFile(folder / "SPY.parquet") as file:
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
        assert str(file.schema_arrow.field("executed_at").type) == "timestamp[us, tz=UTC]"
    assert not list(root.rglob("*.partial"))


@pytest.mark.slow
def test_what_is_hot_stays_and_a_second_night_does_nothing(tool, database, root):
    database.ask(PRINTS)
    database.ask(PRINTS.replace("'2023-05-31 20:00Z'::timestamptz", "now()"))
    tool("retain")
    again = tool("retain")

    assert (again.returncode, again.stdout) == (0, "")
    assert database.one("select count(*) from trading.darkpool_trades") == 100


@pytest.mark.slow
def test_a_dry_run_says_what_would_go_and_touches_nothing(tool, database, root):
    database.ask(PRINTS)
    tool("retain", COLLECTOR_KEEP_HOT_MONTHS="0")
    assert tool("retain", "--dry-run").stdout == "nothing is due\n"
    database.ask("update ops.retention set keep_hot_months = 24", user="collector")

    lines = tool("retain", "--dry-run").stdout.splitlines()

    assert re.match(
        r"darkpool_trades 2023-05: 47 rows of a month of \d+ MB would go to darkpool_trades/2023-05/1",
        lines[0],
    )
    assert lines[-1] == "2 would go; nothing was touched"
    assert database.one("select count(*) from trading.darkpool_trades") == 100
    assert not list(root.rglob("*.parquet"))


def test_nothing_begins_while_the_market_is_open_or_about_to_open(tool, simulator, database):
    database.ask(PRINTS)
    for moment in ("2026-11-20T12:00:00-05:00", "2026-11-20T08:45:00-05:00"):
        tool.clock(simulator, moment)
        refused = tool("retain")
        assert refused.returncode == 1
        assert "not beside the market" in refused.stderr
    assert database.one("select count(*) from trading.darkpool_trades") == 100


def test_it_leaves_the_machine_to_a_pass_that_is_at_work(tool, database, tmp_path):
    database.ask(PRINTS)
    with only_one("run", str(tmp_path)):
        done = tool("retain")

    assert (done.returncode, done.stdout) == (0, "another run is at work: leaving it to that one\n")
    assert database.one("select count(*) from trading.darkpool_trades") == 100


@pytest.mark.slow
def test_a_table_and_all_tables_can_be_kept_for_ever(tool, database):
    database.ask(PRINTS)
    assert tool("retain", COLLECTOR_ARCHIVE_ENABLED="false").returncode == 0
    assert tool("retain", COLLECTOR_KEEP_HOT="darkpool_trades=0").returncode == 0
    assert database.one("select count(*) from trading.darkpool_trades") == 100
    assert database.ask(
        "select keep_hot_months from ops.retention where table_name in ('bars', 'darkpool_trades') order by table_name"
    ) == [(24,), (None,)]


@pytest.mark.slow
def test_old_snapshots_are_thinned_to_the_last_of_each_hour_and_the_others_are_in_files(tool, database, root):
    database.ask(SNAPSHOTS)
    before = as_archived(database, "options_flow", ["2026-03"])

    done = tool("retain")

    assert done.returncode == 0, done.stdout
    kept = database.ask(
        """select flow_type, to_char(collected_at, 'HH24:MI'), count(*) from trading.options_flow
           group by 1, 2 order by 1, 2"""
    )
    assert kept[:2] == [("per_strike", "15:55", 10), ("per_strike", "16:55", 10)]
    assert sum(rows for kind, _, rows in kept if kind == "recent") == 240
    assert sorted(in_files(root) + as_archived(database, "options_flow", ["2026-03"])) == before
    assert tool("retain").stdout == ""


@pytest.mark.slow
def test_a_late_snapshot_of_a_thinned_month_makes_a_further_part(tool, database, root):
    database.ask(SNAPSHOTS)
    tool("retain")
    database.ask(SNAPSHOTS.replace("5 minutes", "7 minutes") + " on conflict do nothing")
    before = sorted(in_files(root) + as_archived(database, "options_flow", ["2026-03"]))

    tool("retain")

    assert [part for _, _, part, kind, _, gone in database.ask(ARCHIVED) if kind == "thinned" and gone] == [
        1,
        2,
    ]
    assert sorted(in_files(root) + as_archived(database, "options_flow", ["2026-03"])) == before


@pytest.mark.slow
def test_late_rows_of_an_archived_month_are_taken_and_archived_again(tool, database, root):
    database.ask(PRINTS)
    before = as_archived(database, "darkpool_trades", ["2023-05", "2023-06"])
    tool("retain")
    database.ask(PRINTS.replace("select n, case", "select n + 1000, case"))
    late = as_archived(database, "darkpool_trades", ["2023-05", "2023-06"])

    assert tool("retain").returncode == 0

    assert in_files(root) == sorted(before + late)
    assert [(month, part) for _, month, part, *_ in database.ask(ARCHIVED)] == [
        *(("2023-05", 1), ("2023-05", 2), ("2023-06", 1), ("2023-06", 2))
    ]


def test_a_pass_never_loads_the_archives_library():
    loaded = "import sys, collector.jobs.run, collector.jobs.stream.service; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_unit_says_what_it_is():
    assert (
        str(Unit("options_flow", date(2026, 3, 1), "thinned", 1)) == "old snapshots of options_flow 2026-03"
    )


def test_completeness_refuses_what_it_cannot_read(tool, database):
    database.ask(PRINTS.replace("2023-05", "2024-01").replace("2023-06", "2024-02"))
    database.ask(
        """insert into ops.coverage (feed, symbol, session_date, covered, collected_at)
           values ('darkpool_trades', 'SPY', '2024-01-31', '{[2024-01-31 14:00Z, 2024-01-31 20:00Z)}', now())"""
    )
    tool("retain")
    done = tool("completeness", "--date", "2024-01-31")

    assert done.returncode == 1
    assert "the prints of 2024-01 are archived" in done.stderr


@pytest.mark.slow
def test_every_table_of_months_goes_the_same_way(tool, database, root):
    before = {}
    for table, row in OTHERS.items():
        database.ask("select ops.make_partitions(%s, array['2023-05-02'::date])", table)
        database.ask(f"insert into trading.{table} {row}")
        before[table] = as_archived(database, table, ["2023-05"])

    assert tool("retain", COLLECTOR_KEEP_HOT="").returncode == 0

    for table, rows in before.items():
        assert in_files(root / table) == rows, table
        assert database.one(f"select count(*) from trading.{table}") == 0
    assert (root / "history/2023-05/1/ALL.parquet").is_file()
    assert {table for table, *_ in database.ask(ARCHIVED)} == set(OTHERS)
