"""Who may do what: the writer cannot remove, the reader cannot write."""

import psycopg2
import pytest

TABLES = [
    "trading.darkpool_trades",
    "trading.options_flow",
    "trading.market_metrics",
    "trading.history",
    "ops.runs",
    "ops.ledger",
    "ops.coverage",
    "ops.quarantine",
    "ops.archives",
]
KEPT_IN_QUARANTINE = (
    *("id", "run_id", "feed", "symbol", "session_date"),
    *("fetched_at", "reason", "raw", "raw_sha256", "created_at"),
)
FORBIDDEN = [
    *[f"delete from {table}" for table in TABLES],
    *[f"truncate {table} cascade" for table in TABLES],
    *[f"drop table {table} cascade" for table in TABLES],
    *[f"alter table {table} add column x int" for table in TABLES],
    *[f"alter table {table} disable trigger all" for table in TABLES],
    "update trading.darkpool_trades set price = 0",
    "update trading.darkpool_trades set collection_time = now()",
    "update trading.darkpool_trades set id = default",
    "update trading.market_metrics set symbol = 'X'",
    "update trading.options_flow set record_id = 'x'",
    "update trading.history set before = '{}'",
    "insert into trading.history (table_name, row_id, before, replaced_at) values ('x', 1, '{}', now())",
    *[f"update ops.quarantine set {column} = default" for column in KEPT_IN_QUARANTINE],
    "delete from ops.market_sessions",
    "insert into ops.market_sessions values (now(), now(), now(), now())",
    "update ops.migrations set sha256 = 'x'",
    "insert into ops.migrations values (99, 'x', 'x')",
    "create table trading.x (a int)",
    "create table public.x (a int)",
    "drop schema trading cascade",
    "create function trading.f() returns int language sql as 'select 1'",
    "set role darkpool_owner",
    "create role x",
    "copy trading.darkpool_trades to program 'cat'",
    "set local darkpool.allow_removal = 'reviewed'; delete from trading.darkpool_trades",
    "alter role collector superuser",
    "select pg_read_file('/etc/passwd')",
    "copy ops.runs from '/etc/passwd'",
    "select pg_reload_conf()",
    "create publication x for table trading.darkpool_trades",
    "comment on table trading.darkpool_trades is 'x'",
    "drop trigger refuse_delete on trading.darkpool_trades",
    "create or replace function ops.refuse_removal() returns trigger language plpgsql as 'begin return old; end'",
]
# They run outside a transaction only.
# What a role may do to itself (its own timeouts) PostgreSQL forbids to nobody; the next deploy puts it back.
ALONE = [
    "alter system set fsync = off",
    "create database x",
    "drop database template_darkpool",
    "create tablespace x location '/x'",
]
PRINT = """insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, executed_at, collection_time)
           values (1, 'SPY', 1, 1, 1, now(), now())"""


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_collector_cannot(untouched, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        untouched.ask(statement, user="collector")


@pytest.mark.parametrize("statement", ALONE)
@pytest.mark.parametrize("user", ["collector", "analyst", "darkpool_backup", "darkpool_monitor"])
def test_nobody_but_postgres_changes_the_server(untouched, statement, user):
    connection = psycopg2.connect(untouched.dsn(user), options="-c default_transaction_read_only=off")
    connection.autocommit = True
    with (
        connection.cursor() as cursor,
        pytest.raises(psycopg2.Error, match=r"permission denied|must be owner"),
    ):
        cursor.execute(statement)
    connection.close()


@pytest.mark.parametrize("table", TABLES)
def test_the_monitor_reads_no_row(untouched, table):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        untouched.ask(f"select 1 from {table}", user="darkpool_monitor")


def test_a_new_table_and_a_new_function_are_nobodys_but_the_readers(database):
    database.ask(
        """set role darkpool_owner; create table trading.new (n int);
           create function trading.f() returns int language sql as 'select 1'"""
    )
    assert database.ask("select * from trading.new", user="analyst") == []
    for user, statement in (
        ("analyst", "insert into trading.new values (1)"),
        ("collector", "delete from trading.new"),
        ("darkpool_monitor", "select * from trading.new"),
        ("analyst", "select trading.f()"),
        ("collector", "select trading.f()"),
    ):
        with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction)):
            database.ask(statement, user=user)


@pytest.mark.parametrize("statement", [*FORBIDDEN, PRINT, "insert into ops.runs values ('x')"])
def test_the_analyst_cannot(untouched, statement):
    with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction)):
        untouched.ask(statement, user="analyst")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        untouched.ask(f"set transaction read write; {statement}", user="analyst")


@pytest.mark.parametrize(
    "statement", ["delete from trading.darkpool_trades", "truncate trading.darkpool_trades"]
)
@pytest.mark.parametrize("user", ["darkpool_owner", "postgres"])
def test_even_the_owner_removes_nothing_without_saying_so(database, statement, user):
    database.ask(PRINT, user="collector")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="collected data is kept"):
        database.ask(f"set role {user}; {statement}")
    assert database.one("select count(*) from trading.darkpool_trades") == 1
    database.ask(f"set role {user}; set local darkpool.allow_removal = 'reviewed'; {statement}")
    assert database.one("select count(*) from trading.darkpool_trades") == 0


def test_the_collector_and_the_analyst_can_do_their_work(database):
    database.ask(PRINT, user="collector")
    database.ask(
        "update trading.darkpool_trades set canceled = true, missing_since = now()", user="collector"
    )
    for table in TABLES:
        database.ask(f"select * from {table}", user="analyst")
        database.ask(f"select * from {table}", user="darkpool_backup")


def test_of_a_row_in_quarantine_the_collector_changes_only_how_its_replay_went(database):
    marks = {"replayed_at", "replayed_by", "still_wrong"}
    columns = database.ask(
        """select attname, has_column_privilege('collector', attrelid, attnum, 'update') from pg_attribute
           where attrelid = 'ops.quarantine'::regclass and attnum > 0 and not attisdropped"""
    )
    assert {name for name, may in columns if may} == marks
    assert {name for name, _ in columns} == marks.union(KEPT_IN_QUARANTINE)


def test_the_backup_role_writes_nothing(untouched):
    for statement in FORBIDDEN:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            untouched.ask(statement, user="darkpool_backup")
