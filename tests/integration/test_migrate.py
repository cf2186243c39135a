"""The database's history is only ever extended."""

import csv
import re
import runpy
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from collector.core.errors import DatabaseAway, MigrationRefused
from collector.store import files
from collector.store.database import first_line
from collector.store.migrate import migrate

SQL = files.root()


@pytest.fixture
def checkout(tmp_path):
    """The SQL files, to be changed."""
    return Path(shutil.copytree(SQL, tmp_path / "sql"))


@pytest.fixture
def dsn(empty_database):
    return empty_database.dsn("darkpool_migrator")


@pytest.mark.slow
def test_an_empty_database_gets_everything_and_a_second_time_nothing(dsn, empty_database):
    first = migrate(dsn)
    assert len(first.applied) == first.version == len(list((SQL / "migrations").glob("*.sql")))
    before = empty_database.ask("select * from ops.migrations order by version")
    assert migrate(dsn).applied == []
    assert empty_database.ask("select * from ops.migrations order by version") == before


def test_everything_belongs_to_the_owner_who_cannot_log_in(dsn, empty_database):
    migrate(dsn)
    owners = empty_database.ask(
        """select distinct pg_get_userbyid(relowner) from pg_class
           where relnamespace in ('trading'::regnamespace, 'ops'::regnamespace)"""
    )
    assert owners == [("darkpool_owner",)]


def test_a_changed_migration_is_refused_and_named(dsn, checkout):
    migrate(dsn, checkout)
    with (checkout / "migrations" / "0002_ops.sql").open("a") as file:
        file.write("-- later thought\n")
    with pytest.raises(MigrationRefused, match=r"0002_ops\.sql differs"):
        migrate(dsn, checkout)


def test_an_older_release_is_refused(dsn, checkout):
    migrate(dsn, checkout)
    last = max((checkout / "migrations").glob("*.sql"))
    last.unlink()
    with pytest.raises(MigrationRefused, match="release a newer version"):
        migrate(dsn, checkout)


def test_a_gap_in_the_numbers_is_refused_before_anything_happens(dsn, checkout, empty_database):
    (checkout / "migrations" / "0099_late.sql").write_text("select 1;")
    with pytest.raises(MigrationRefused, match="without a gap"):
        migrate(dsn, checkout)
    assert empty_database.ask("select * from ops.migrations") == []


def test_a_failing_migration_leaves_nothing_of_itself_and_can_be_repeated(dsn, checkout, empty_database):
    version = migrate(dsn, checkout).version
    broken = checkout / "migrations" / f"{version + 1:04}_new.sql"
    broken.write_text("create table trading.half (a int); select 1 / 0;")
    with pytest.raises(Exception, match="division by zero"):
        migrate(dsn, checkout)
    assert empty_database.one("select to_regclass('trading.half')") is None
    broken.write_text("create table trading.half (a int);")
    assert migrate(dsn, checkout).applied == [broken.name]


@pytest.mark.slow
def test_a_pass_that_holds_what_a_migration_needs_the_other_way_round_only_delays_it(
    dsn, checkout, empty_database
):
    version = migrate(dsn, checkout).version
    late = checkout / "migrations" / f"{version + 1:04}_new.sql"
    late.write_text(
        "lock table trading.market_metrics in access exclusive mode; select pg_sleep(1);"
        "lock table trading.options_flow in access exclusive mode;"
    )
    with (
        psycopg2.connect(empty_database.dsn()) as holder,
        holder.cursor() as cursor,
        ThreadPoolExecutor(1) as pool,
    ):
        # So that the migration is the one that PostgreSQL gives up.
        cursor.execute(
            "set deadlock_timeout = '1min'; lock table trading.options_flow in access exclusive mode"
        )
        migrating = pool.submit(migrate, dsn, checkout)
        while not empty_database.ask(
            "select 1 from pg_locks where relation = 'trading.market_metrics'::regclass and granted"
            " and mode = 'AccessExclusiveLock'"
        ):
            assert not migrating.done(), migrating.exception()
            time.sleep(0.02)
        cursor.execute("lock table trading.market_metrics in access exclusive mode")
        holder.rollback()
        assert migrating.result(timeout=30).applied == [late.name]


def test_a_new_table_needs_no_new_grant_and_no_new_guard(dsn, checkout, empty_database):
    version = migrate(dsn, checkout).version
    (checkout / "migrations" / f"{version + 1:04}_new.sql").write_text(
        "create table trading.newcomer (id int unique, value int, restated_at timestamptz);"
    )
    migrate(dsn, checkout)
    empty_database.ask("insert into trading.newcomer values (1, 1)", user="collector")
    empty_database.ask("update trading.newcomer set value = 2", user="collector")
    assert empty_database.ask("select value from trading.newcomer", user="analyst") == [(2,)]
    with pytest.raises(Exception, match="permission denied"):
        empty_database.ask("update trading.newcomer set id = 2", user="collector")
    for statement in ("delete from trading.newcomer", "truncate trading.newcomer"):
        with pytest.raises(Exception, match="collected data is kept"):
            empty_database.ask(statement, user="postgres")


def test_an_unreachable_server_is_told_as_such():
    with pytest.raises(DatabaseAway):
        migrate("dbname=x host=/nonexistent")


def test_each_table_and_column_is_explained(database):
    silent = database.ask(
        """select c.oid::regclass::text, a.attname from pg_class c
           left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and c.relkind in ('r', 'p')
           where c.relnamespace in ('trading'::regnamespace, 'ops'::regnamespace) and c.relkind in ('r', 'p', 'v')
             and not c.relispartition
             and (obj_description(c.oid, 'pg_class') is null
                  or (a.attnum is not null and col_description(c.oid, a.attnum) is null))"""
    )
    assert silent == []


def test_the_calendar_in_the_database_is_the_exchanges(database):
    rows = runpy.run_path(str(SQL / "reference" / "make_market_sessions.py"))["rows"]

    def shown(row):
        return tuple(text.replace(" ", "T") for text in row)

    stored = database.ask(
        "select session_date::text, opens_at::text || ':00', closes_at::text || ':00', options_close_at::text || ':00' "
        "from ops.market_sessions order by session_date"
    )
    assert [shown(row) for row in stored] == rows()
    with (SQL / "reference" / "market_sessions.csv").open() as file:
        assert [tuple(row) for row in csv.reader(file)][1:] == rows()


def test_options_close_a_quarter_past_four_and_on_half_days_a_quarter_past_one(database):
    found = database.ask(
        """select session_date::text, to_char(options_close_at at time zone 'America/New_York', 'HH24:MI')
           from ops.market_sessions where session_date in ('2026-11-20', '2026-11-27', '2025-01-09', '2026-11-26')
           order by 1"""
    )
    assert found == [("2026-11-20", "16:15"), ("2026-11-27", "13:15")]


@pytest.mark.slow
def test_every_query_is_planned_and_every_view_answers(database):
    values = {
        "symbol": "'SPY'",
        "feed": "'x'",
        "since": "'2026-01-01'",
        "session_date": "'2026-01-01'",
        "run_id": "'r'",
        "outcome": "'done'",
        "settled": "true",
    }
    for path in files.in_order("queries"):
        text = path.read_text()
        for name in set(re.findall(r"%\((\w+)\)s", text)):
            text = text.replace(f"%({name})s", values.get(name, "null"))
        try:
            database.ask(f"explain {text}")
        except Exception as error:
            raise AssertionError(f"{path.name}: {first_line(error)}") from error
    for (view,) in database.ask(
        "select schemaname || '.' || viewname from pg_views where schemaname = 'trading'"
    ):
        database.ask(f"select * from {view}")
