"""Between the archive and the end of a month in its table: what changed stays, what is not proven does not go."""

from contextlib import closing

import psycopg2
import pytest
from old_months import ARCHIVED, PRINTS

from collector.jobs import retain
from collector.store import database as door
from collector.store.archive import parquet
from collector.store.archive.unit import Facts


@pytest.fixture
def root(tmp_path):
    return tmp_path / "archive"


@pytest.fixture
def keeper(database):
    with closing(door.keeper(database.dsn("collector"))) as connection:
        database.ask(
            "insert into ops.retention values ('darkpool_trades', 24, null, true, now())", user="collector"
        )
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
        """insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, executed_at, collection_time)
           values (7777, 'SPY', 1, 1, 1, '2023-05-31 23:00Z', now())""",
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
    "insert into ops.archives values ('x', now(), 1, 'month', '', 1, 1, '', 1)",
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


@pytest.mark.slow
def test_a_table_that_is_busy_keeps_its_month_and_nobody_waits_long(keeper, database, root):
    going = until(keeper, root, "noted")
    with psycopg2.connect(database.dsn("analyst")) as reader, reader.cursor() as cursor:
        cursor.execute("select count(*) from trading.darkpool_trades")
        with pytest.raises(psycopg2.errors.RaiseException, match="is busy"):
            list(going)
        reader.rollback()
    assert database.one("select count(*) from trading.darkpool_trades") == 100
