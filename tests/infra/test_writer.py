"""The writer's role tries to destroy: each statement is really run, by the collector's account, and put back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.infra.test_postgresql import answer, psql

if TYPE_CHECKING:
    from testinfra.host import Host

RAW = ("trading.darkpool_trades", "trading.options_flow", "trading.market_metrics", "trading.history")
BOOKS = ("ops.ledger", "ops.coverage", "ops.runs", "ops.quarantine", "ops.migrations", "ops.market_sessions")
DESTRUCTIVE = (
    *(f"delete from {table}" for table in (*RAW, *BOOKS)),
    *(f"truncate {table} cascade" for table in (*RAW, *BOOKS)),
    *(f"drop table {table} cascade" for table in (*RAW, *BOOKS)),
    *(f"alter table {table} disable trigger all" for table in RAW),
    *(f"alter table {table} drop column symbol cascade" for table in RAW[:3]),
    "update trading.darkpool_trades set price = 0",
    "update trading.darkpool_trades set executed_at = now()",
    "update ops.migrations set sha256 = 'x'",
    "drop trigger refuse_delete on trading.darkpool_trades",
    "drop function ops.refuse_removal() cascade",
    "drop schema trading cascade",
    "drop schema ops cascade",
    "drop owned by darkpool_owner",
    "create table public.x (a int)",
    "create schema x",
    "set role darkpool_owner",
    "set session_replication_role = replica",
    "copy trading.darkpool_trades to program 'cat'",
    "grant darkpool_owner to collector",
    "set local darkpool.allow_removal = 'reviewed'; delete from trading.darkpool_trades",
)
# Every attempt ends in an error of its own or in ours, so that nothing of it stays, even where it was let through.
ATTEMPTS = """
do $all$
declare
    attempt text;
    said    jsonb := '{}';
begin
    set local lock_timeout = '2s';
    foreach attempt in array %s loop
        begin
            execute attempt;
            raise exception using errcode = 'P0999', message = 'it was let through';
        exception when others then
            said := said || jsonb_build_object(attempt, sqlstate);
        end;
    end loop;
    raise notice 'said %%', said;
end $all$"""
REFUSED = "42501"


@pytest.fixture(scope="module")
def outcomes(host: Host) -> dict[str, str]:
    array = "array[" + ", ".join("$$" + one + "$$" for one in DESTRUCTIVE) + "]"
    tried = psql(host, ATTEMPTS % array, os_user="collector", database="darkpool", login="user=collector")
    assert tried.rc == 0, tried.stderr
    said: dict[str, str] = json.loads(tried.stderr.partition("said ")[2])
    return said


def test_at_least_forty_ways_to_destroy_are_tried(outcomes: dict[str, str]) -> None:
    assert set(outcomes) == set(DESTRUCTIVE)
    assert len(outcomes) >= 40


@pytest.mark.parametrize("statement", DESTRUCTIVE)
def test_the_writer_cannot(outcomes: dict[str, str], statement: str) -> None:
    assert outcomes[statement] == REFUSED


def as_owner(host: Host, made: str, question: str) -> str:
    """Make something as a migration would, ask about it, and put it back."""
    begin = f"begin; set local role darkpool_owner; {made}; reset role"
    asked = answer(host, f"{begin}; {question}; rollback", database="darkpool")
    return next(line for line in asked.splitlines() if line.startswith("who:"))


WHO = (
    "select 'who:' || coalesce(string_agg(rolname, ' ' order by rolname), '') from pg_roles"
    " where not rolsuper and rolname !~ '^pg_' and rolname <> 'darkpool_owner' and rolname <> 'darkpool_migrator' and "
)


def test_a_new_table_is_read_by_the_readers_and_by_nobody_else(host: Host) -> None:
    made = "create table trading.drill (n int)"
    reads = as_owner(host, made, f"{WHO} has_table_privilege(rolname, 'trading.drill', 'select')")
    writes = as_owner(
        host,
        made,
        f"{WHO} has_table_privilege(rolname, 'trading.drill', 'insert, update, delete, truncate, trigger')",
    )
    assert (reads, writes) == ("who:analyst collector darkpool_backup", "who:")


def test_a_new_function_is_nobodys(host: Host) -> None:
    made = "create function trading.drill() returns int language sql as 'select 1'"
    runs = as_owner(host, made, f"{WHO} has_function_privilege(rolname, 'trading.drill()', 'execute')")
    assert runs == "who:"


def test_each_function_of_ours_says_where_its_names_are(host: Host) -> None:
    ours = (
        "from pg_proc where prokind in ('f', 'p') and pronamespace in"
        " (select oid from pg_namespace where nspname in ('trading', 'derived', 'ops'))"
    )
    loose = answer(
        host,
        f"select coalesce(string_agg(oid::regprocedure::text, ' '), '') {ours} and not exists"
        " (select from unnest(proconfig) line where line like 'search_path=%')",
        database="darkpool",
    )
    assert int(answer(host, f"select count(*) {ours}", database="darkpool")) >= 3
    assert loose == ""
