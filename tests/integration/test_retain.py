"""What the policy no longer keeps goes to files, proven, and then leaves the table: nothing is lost or doubled."""

import json
import re
from contextlib import closing

import psycopg2
import pyarrow.parquet as pq
import pytest

from collector.jobs import retain
from collector.store import database as door
from collector.store.archive import files, parquet
from collector.store.archive.unit import Facts, Unit

PRINTS = """
    select ops.make_partitions('darkpool_trades', array['2023-05-01'::date, '2023-06-01']);
    insert into trading.darkpool_trades
        (tracking_id, symbol, size, price, volume, premium, executed_at, collection_time, market_center, extra, missing_since)
    select n, case when n % 3 = 0 then 'QQQ' when n % 7 = 0 then 'BRK.B' else 'SPY' end, n, 600.10 + n / 100.0, 1.50 * n,
           case when n % 2 = 0 then n * 1.10 end, '2023-05-31 20:00Z'::timestamptz + n * interval '10 minutes',
           '2026-11-20 20:00Z', case when n % 5 = 0 then E'a\\tb"ü' when n % 5 = 1 then '' end, '{"a": [1.50, null]}',
           case when n % 11 = 0 then now() end
    from generate_series(1, 100) n"""
SNAPSHOTS = """
    select ops.make_partitions('options_flow', array['2026-03-02'::date]);
    insert into trading.options_flow (symbol, flow_type, strike, record_id, session_date, collected_at, detail)
    select symbol, flow_type, strike, strike || '@' || at, '2026-03-02', at, '{"call_premium": "1.10"}'
    from unnest(array['SPY', 'QQQ']) symbol, unnest(array['per_strike', 'recent']) flow_type,
         generate_series(600, 604) strike,
         generate_series('2026-03-02 15:00Z'::timestamptz, '2026-03-02 16:55Z', '5 minutes') at"""
ARCHIVED = "select table_name, to_char(month, 'YYYY-MM'), part, kind, rows, released_at is not null from ops.archives order by 1, 2, 3"


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


def test_each_symbol_has_a_file_of_zstd_and_the_manifest_says_what_is_in_it(tool, database, root):
    database.ask(PRINTS)
    tool("retain")
    folder = root / "darkpool_trades" / "2023-05" / "1"
    manifest = json.loads((folder / "manifest.json").read_text())

    assert sorted(path.name for path in folder.iterdir()) == [
        *("BRK.B.parquet", "QQQ.parquet", "SPY.parquet", "manifest.json")
    ]
    assert sum(one["rows"] for one in manifest["files"]) == manifest["rows"] == 47
    assert manifest["content"] == database.one("select content from ops.archives where part = 1 and month = '2023-05-01'")
    with pq.ParquetFile(folder / "SPY.parquet") as file:
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
        assert str(file.schema_arrow.field("executed_at").type) == "timestamp[us, tz=UTC]"
    assert not list(root.rglob("*.partial"))


def test_what_is_hot_stays_and_a_second_night_does_nothing(tool, database, root):
    database.ask(PRINTS)
    database.ask(PRINTS.replace("'2023-05-31 20:00Z'::timestamptz", "now()"))
    tool("retain")
    again = tool("retain")

    assert (again.returncode, again.stdout) == (0, "")
    assert database.one("select count(*) from trading.darkpool_trades") == 100


def test_a_dry_run_says_what_would_go_and_touches_nothing(tool, database, root):
    database.ask(PRINTS)
    tool("retain", COLLECTOR_KEEP_HOT_MONTHS="0")
    assert tool("retain", "--dry-run").stdout == "nothing is due\n"
    database.ask("update ops.retention set keep_hot_months = 24", user="collector")

    lines = tool("retain", "--dry-run").stdout.splitlines()

    assert re.match(r"darkpool_trades 2023-05: 47 rows of a month of \d+ MB would go to darkpool_trades/2023-05/1", lines[0])
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


def test_a_table_and_all_tables_can_be_kept_for_ever(tool, database):
    database.ask(PRINTS)
    assert tool("retain", COLLECTOR_ARCHIVE_ENABLED="false").returncode == 0
    assert tool("retain", COLLECTOR_KEEP_HOT="darkpool_trades=0").returncode == 0
    assert database.one("select count(*) from trading.darkpool_trades") == 100
    assert database.ask(
        "select keep_hot_months from ops.retention where table_name in ('bars', 'darkpool_trades') order by table_name"
    ) == [(24,), (None,)]


def test_old_snapshots_are_thinned_to_the_last_of_each_hour_and_the_others_are_in_files(tool, database, root):
    database.ask(SNAPSHOTS)
    before = as_archived(database, "options_flow", ["2026-03"])

    done = tool("retain")

    assert done.returncode == 0, done.stdout
    kept = database.ask(
        "select flow_type, to_char(collected_at, 'HH24:MI'), count(*) from trading.options_flow group by 1, 2 order by 1, 2"
    )
    assert kept[:2] == [("per_strike", "15:55", 10), ("per_strike", "16:55", 10)]
    assert sum(rows for kind, _, rows in kept if kind == "recent") == 240
    assert sorted(in_files(root) + as_archived(database, "options_flow", ["2026-03"])) == before
    assert tool("retain").stdout == ""


def test_a_late_snapshot_of_a_thinned_month_makes_a_further_part(tool, database, root):
    database.ask(SNAPSHOTS)
    tool("retain")
    database.ask(SNAPSHOTS.replace("5 minutes", "7 minutes") + " on conflict do nothing")
    before = sorted(in_files(root) + as_archived(database, "options_flow", ["2026-03"]))

    tool("retain")

    assert [part for _, _, part, kind, _, gone in database.ask(ARCHIVED) if kind == "thinned" and gone] == [1, 2]
    assert sorted(in_files(root) + as_archived(database, "options_flow", ["2026-03"])) == before


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


@pytest.fixture
def keeper(database):
    with closing(door.keeper(database.dsn("collector"))) as connection:
        database.ask("insert into ops.retention values ('darkpool_trades', 24, null, true, now())", user="collector")
        database.ask(PRINTS)
        yield connection


def until(connection, root, step):
    """The first unit, as far as this step; the rest is to come."""
    going = retain.steps(connection, retain.due(connection)[0], root)
    for done in going:
        if done == step:
            return going
    raise AssertionError(f"no step {step}")


@pytest.mark.parametrize(
    "change",
    [
        "insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, executed_at, collection_time)"
        " values (7777, 'SPY', 1, 1, 1, '2023-05-31 23:00Z', now())",
        "update trading.darkpool_trades set canceled = true, restated_at = now() where tracking_id = 1",
    ],
    ids=["a late row", "a restated row"],
)
@pytest.mark.parametrize("step", ["moved", "noted"])
def test_what_comes_between_archive_and_drop_keeps_the_month(keeper, database, root, change, step):
    going = until(keeper, root, step)
    database.ask(change, user="collector")

    with pytest.raises(psycopg2.errors.RaiseException, match="has changed since it was archived"):
        list(going)

    assert database.one("select count(*) from trading.darkpool_trades") >= 100
    assert database.one("select count(*) from ops.archives where released_at is not null") == 0
    list(retain.steps(keeper, retain.due(keeper)[0], root))
    assert database.one("select count(*) from ops.archives where released_at is not null") == 1


def test_files_that_are_not_what_the_table_says_are_not_moved_nor_noted(keeper, database, root):
    unit = retain.due(keeper)[0]
    partial = root / f"{unit.folder}.partial"
    going = retain.steps(keeper, unit, root)
    for step in going:
        if step == "wrote SPY":
            (partial / "QQQ.parquet").unlink()
            break

    with pytest.raises(Exception, match="rows in the files, 47 in the table"):
        list(going)

    assert database.ask(ARCHIVED) == []
    assert not (root / unit.folder).exists()


def test_a_flipped_value_in_a_file_is_another_content(keeper, root):
    unit = retain.due(keeper)[0]
    until(keeper, root, "moved")
    facts = Facts()
    for path in (root / unit.folder).glob("*.parquet"):
        for batch in parquet.read(path):
            facts.add(batch)
    damaged = Facts()
    for path in (root / unit.folder).glob("*.parquet"):
        for batch in parquet.read(path):
            damaged.add([(*row[:3], "9" if row[0] == "1" else row[3], *row[4:]) for row in batch])

    assert facts.rows == damaged.rows
    assert facts.content != damaged.content


FORBIDDEN = [
    "select ops.release_archived('darkpool_trades', '2023-05-01', 1)",
    "select ops.drop_partition('darkpool_trades', 'trading.darkpool_trades_2023_05')",
    "insert into ops.archives (table_name, month, part, kind, folder, files, rows, content, bytes) values ('x', now(), 1, 'month', '', 1, 1, '', 1)",
    "update ops.retention set keep_hot_months = 1",
    "update ops.archives set released_at = now()",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_collector_lets_nothing_go_that_is_not_archived(keeper, database, statement):
    with pytest.raises(psycopg2.Error):
        database.ask(statement, user="collector")
    assert database.one("select count(*) from trading.darkpool_trades") == 100


def test_a_month_that_the_policy_keeps_does_not_go_even_if_it_is_archived(keeper, database, root):
    going = until(keeper, root, "noted")
    database.ask("update ops.retention set keep_hot_months = 240", user="collector")

    with pytest.raises(psycopg2.errors.RaiseException, match="the policy keeps"):
        list(going)
    assert database.one("select count(*) from trading.darkpool_trades") == 100


def test_a_table_that_is_busy_keeps_its_month_and_nobody_waits_long(keeper, database, root):
    going = until(keeper, root, "noted")
    with psycopg2.connect(database.dsn("analyst")) as reader, reader.cursor() as cursor:
        cursor.execute("select count(*) from trading.darkpool_trades")
        with pytest.raises(psycopg2.errors.RaiseException, match="is busy"):
            list(going)
        reader.rollback()
    assert database.one("select count(*) from trading.darkpool_trades") == 100


def test_a_pass_never_loads_the_archives_library():
    import subprocess
    import sys

    loaded = "import sys, collector.cli, collector.jobs.run, collector.jobs.stream.service; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_unit_says_what_it_is():
    from datetime import date

    assert str(Unit("options_flow", date(2026, 3, 1), "thinned", 1)) == "old snapshots of options_flow 2026-03"
    assert files.EVERYTHING == "ALL"
