"""The archive is killed between any two of its steps, and in the middle of them; the next night makes good."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.store.archive import parquet

ROOT = Path(__file__).resolve().parents[2]
ROWS = """
    select ops.make_partitions('darkpool_trades', array['2023-05-01'::date, '2023-06-01']);
    select ops.make_partitions('options_flow', array['2026-03-02'::date]);
    insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, executed_at, collection_time)
    select n, case when n % 3 = 0 then 'QQQ' else 'SPY' end, n, 600.10, n,
           '2023-05-02 14:00Z'::timestamptz + n * interval '1 minute', now() from generate_series(1, {rows}) n;
    insert into trading.options_flow (symbol, flow_type, strike, record_id, session_date, collected_at)
    select 'SPY', 'per_strike', n % 50, n, '2026-03-02',
           '2026-03-02 15:00Z'::timestamptz + n / 50 * interval '5 minutes' from generate_series(1, 1000) n"""
# Goes as far as a step of the n-th unit, and no further: no handler, no end of a transaction, no goodbye.
AS_FAR_AS = """
import os, signal, sys
from contextlib import closing
from pathlib import Path
from collector.jobs import retain
from collector.store import database
dsn, root, number, wanted = sys.argv[1:]
with closing(database.keeper(dsn)) as connection:
    for at in range(int(number) + 1):
        unit = retain.due(connection)[0]
        for place, step in enumerate(retain.steps(connection, unit, Path(root))):
            if (at, place) == (int(number), int(wanted)):
                os.kill(os.getpid(), signal.SIGKILL)
"""
# Two symbols written, none (an empty month), one; then: read back, compared, moved, noted, released.
UNITS = (2, 0, 1)
AFTER = 5
MOMENTS = [(unit, step) for unit, symbols in enumerate(UNITS) for step in range(symbols + AFTER)]


@pytest.fixture
def root(collector, simulator, tmp_path):
    collector.settings["COLLECTOR_ARCHIVE_DIR"] = str(tmp_path / "archive")
    collector.settings["COLLECTOR_KEEP_HOT"] = "options_flow=0"
    collector.clock(simulator, "2026-11-22T12:00:00-05:00")
    collector("retain")
    return tmp_path / "archive"


def everything(database, root):
    """All rows, in tables and in the files that count, as texts."""
    found = []
    for table, month in database.ask(
        "select p.relname::text, to_char(to_date(right(c.relname, 7), 'YYYY_MM'), 'YYYY-MM-DD') from pg_inherits i"
        " join pg_class p on p.oid = inhparent and p.relkind = 'p'"
        " join pg_class c on c.oid = inhrelid where p.relname in ('darkpool_trades', 'options_flow')"
    ):
        found += database.ask(database.one("select ops.archive_rows(%s, %s, 'month')", table, month))
    for (folder,) in database.ask("select folder from ops.archives where released_at is not null"):
        for path in (root / folder).glob("*.parquet"):
            found += [row for batch in parquet.read(path) for row in batch]
    return sorted(found, key=str)


@pytest.mark.parametrize(("unit", "step"), MOMENTS)
def test_killed_after_any_step_nothing_is_lost_and_nothing_doubled(collector, database, root, unit, step):
    database.ask(ROWS.format(rows=200))
    before = everything(database, root)
    words = [sys.executable, "-c", AS_FAR_AS, database.dsn("collector"), str(root), str(unit), str(step)]
    killed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert everything(database, root) == before
    assert collector("retain").returncode == 0
    assert everything(database, root) == before
    assert database.one("select count(*) from trading.darkpool_trades") == 0
    assert database.one("select count(*) from ops.archives where released_at is null") == 0
    assert not list(root.rglob("*.partial"))


def test_killed_in_the_middle_again_and_again_it_gets_there(collector, database, root):
    database.ask(ROWS.format(rows=60_000))
    before = everything(database, root)
    chance = random.Random(7)
    for _ in range(6):
        process = collector.start("retain")
        time.sleep(chance.uniform(0.4, 2.5))
        process.kill()
        process.wait()
        assert everything(database, root) == before
    assert collector("retain").returncode == 0
    assert everything(database, root) == before
    assert database.one("select count(*) from trading.darkpool_trades") == 0


def test_control_files_that_count_before_their_rows_are_gone_would_double(collector, database, root):
    """The detector: with a release that is only noted, it sees each row twice."""
    database.ask(ROWS.format(rows=200))
    before = everything(database, root)
    words = [
        sys.executable,
        "-c",
        AS_FAR_AS,
        database.dsn("collector"),
        str(root),
        "0",
        str(UNITS[0] + AFTER - 2),
    ]
    subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    database.ask("update ops.archives set released_at = now()")

    assert len(everything(database, root)) == len(before) + 200
