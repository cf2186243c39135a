"""The database's roles: how long each may wait and be waited for, and what the monitor sees."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.infra.test_postgresql import answer, psql

if TYPE_CHECKING:
    from testinfra.backend.base import CommandResult
    from testinfra.host import Host

LOGINS = ("darkpool_migrator", "collector", "analyst", "darkpool_backup", "darkpool_monitor")
READERS = ("analyst", "darkpool_backup", "darkpool_monitor")
TIMEOUTS = (
    "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout",
)  # fmt: skip


@pytest.fixture(scope="module")
def of_roles(host: Host) -> dict[str, dict[str, str]]:
    """What is pinned on each role, wherever it connects."""
    query = (
        "select json_object_agg(r.rolname, (select json_object_agg(split_part(line, '=', 1),"
        " substr(line, strpos(line, '=') + 1)) from unnest(s.setconfig) line))"
        " from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where s.setdatabase = 0"
    )
    return json.loads(answer(host, query))


@pytest.mark.parametrize("name", TIMEOUTS)
@pytest.mark.parametrize("role", LOGINS)
def test_no_role_waits_or_is_waited_for_without_an_end(
    of_roles: dict[str, dict[str, str]], role: str, name: str
) -> None:
    assert of_roles[role][name].strip("hmsind") not in ("", "0", "-1")


@pytest.mark.parametrize("role", READERS)
def test_a_reader_reads_only_and_fills_no_disk(of_roles: dict[str, dict[str, str]], role: str) -> None:
    assert of_roles[role]["default_transaction_read_only"] == "on"
    assert of_roles[role]["temp_file_limit"].endswith(("MB", "GB"))


@pytest.mark.parametrize("role", LOGINS)
def test_a_roles_names_mean_the_same_whoever_makes_a_table(
    of_roles: dict[str, dict[str, str]], role: str
) -> None:
    path = of_roles[role]["search_path"].split(", ")
    assert "pg_catalog" in path
    assert {"public", '"$user"', '""'}.isdisjoint(path)


@pytest.mark.parametrize("role", ["collector", "darkpool_migrator"])
def test_who_writes_waits_for_the_disk(of_roles: dict[str, dict[str, str]], role: str) -> None:
    assert of_roles[role]["synchronous_commit"] == "on"


def test_the_roles_have_limits_on_their_connections(host: Host) -> None:
    limits = json.loads(
        answer(host, "select json_object_agg(rolname, rolconnlimit) from pg_roles where rolcanlogin")
    )
    assert {role for role in LOGINS if limits[role] > 0} == set(LOGINS)
    query = "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    ours = int(answer(host, query))
    assert sum(limits[role] for role in LOGINS) <= ours, "one can shut another out"


def monitor(host: Host, statement: str) -> CommandResult:
    return psql(host, statement, os_user="root", database="darkpool", login="user=darkpool_monitor")


def test_the_monitor_sees_how_the_server_is_and_none_of_the_data(host: Host) -> None:
    assert answer(host, "select count(*) > 0 from pg_stat_activity where backend_type = 'checkpointer'",
                  os_user="root", database="darkpool", login="user=darkpool_monitor") == "t"  # fmt: skip
    for schema in ("trading", "derived", "ops"):
        may = answer(host, f"select coalesce(has_schema_privilege('darkpool_monitor', oid, 'usage'), false)"
                           f" from pg_namespace where nspname = '{schema}'", database="darkpool")  # fmt: skip
        assert may in ("f", ""), schema
    assert "permission denied" in monitor(host, "set temp_file_limit = -1").stderr
    assert "permission denied" in monitor(host, "set session_replication_role = replica").stderr


def test_the_monitor_sees_what_takes_the_time_without_its_values(host: Host) -> None:
    answer(host, "select 'a value of somebody''s' from pg_class limit 1", database="darkpool")
    seen = monitor(host, "select query from pg_stat_statements where query like '%from pg_class limit%'")
    assert seen.rc == 0, seen.stderr
    assert "select $1 from pg_class limit $2" in seen.stdout
    assert "a value of somebody" not in seen.stdout


def test_nobody_but_the_monitor_sees_what_others_ask(host: Host) -> None:
    who = answer(host, "select string_agg(rolname, ' ' order by rolname) from pg_roles where not rolsuper"
                       " and rolname !~ '^pg_' and has_schema_privilege(rolname, 'monitor', 'usage')",
                 database="darkpool")  # fmt: skip
    assert who == "darkpool_backup darkpool_monitor", "a backup reads everything"


def test_no_password_is_in_what_is_remembered_of_statements(host: Host) -> None:
    seen = answer(host, "select count(*) from monitor.pg_stat_statements"
                        " where query ~* 'scram-sha-256.[0-9]|password +'''", database="darkpool")  # fmt: skip
    assert seen == "0"
