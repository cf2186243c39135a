"""The release that runs: whole, what it says it is, and reaching its database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.backend.base import CommandResult
    from testinfra.host import Host

CURRENT = "/opt/collector/current"


def root(host: Host, command: str, *arguments: str) -> CommandResult:
    with host.sudo():
        return host.run(command, *arguments)


@pytest.fixture(scope="module")
def record(host: Host) -> dict[str, str]:
    return json.loads(host.file(f"{CURRENT}/release.json").content_string)


def test_the_release_that_runs_is_the_one_its_record_names(host: Host, record: dict[str, str]) -> None:
    assert host.file(CURRENT).linked_to == f"/opt/collector/releases/{record['version']}"
    assert host.check_output("collector --version") == f"collector {record['version']}"
    assert record.keys() >= {"commit", "released_at", "released_by"}


def test_no_half_release_lies_about_and_few_whole_ones(host: Host) -> None:
    releases = set(host.check_output("ls /opt/collector/releases").split())
    whole = {
        path.split("/")[-2] for path in host.check_output("ls /opt/collector/releases/*/release.json").split()
    }
    assert releases == whole
    assert 1 <= len(whole) <= 5


def test_the_admin_types_collector_status_and_gets_it(host: Host) -> None:
    status = host.run("collector status")
    assert status.rc == 0, status.stderr
    assert "next run" in status.stdout


def test_settings_are_good_and_the_key_is_not_shown(host: Host) -> None:
    key = root(
        host, "sed -n \"s/^COLLECTOR_API_KEY='\\(.*\\)'$/\\1/p\" /etc/collector/secrets.env"
    ).stdout.strip()
    shown = host.run("collector settings")
    assert shown.rc == 0, shown.stderr
    assert key not in shown.stdout + shown.stderr


def test_the_release_needs_nothing_from_outside_its_directory(host: Host) -> None:
    code = "import requests, psycopg2; print(requests.__file__, psycopg2.__file__)"
    python = f"cd / && runuser -u collector -- {CURRENT}/venv/bin/python -I -c %s"
    listed = root(host, python, code)
    assert all(path.startswith("/opt/collector/") for path in listed.stdout.split())
    assert listed.rc == 0


@pytest.fixture(scope="module")
def rights(host: Host) -> dict[str, list[str]]:
    """What each of the two roles may do to a table, beyond reading it, as role, right and table."""
    query = (
        "select r.name, p.name, t.oid::regclass from pg_class t"
        " join pg_namespace n on n.oid = t.relnamespace and n.nspname in ('trading', 'ops', 'derived'),"
        " (values ('collector'), ('analyst')) r (name),"
        " (values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER')) p (name)"
        " where t.relkind in ('r', 'p') and has_table_privilege(r.name, t.oid, p.name)"
    )
    lines = root(host, "cd / && runuser -u postgres -- psql -XAtd darkpool -c %s", query).stdout.split()
    given: dict[str, list[str]] = {}
    for role, right, table in (line.split("|") for line in lines):
        given.setdefault(f"{role} {right}", []).append(table)
    return given


def test_the_collector_may_not_take_away_what_it_collected(rights: dict[str, list[str]]) -> None:
    assert rights["collector INSERT"]
    taken = {right: rights.get(f"collector {right}", []) for right in ("DELETE", "TRUNCATE", "TRIGGER")}
    assert {table for tables in taken.values() for table in tables if table.startswith("trading.")} == set()


def test_the_collector_may_not_change_what_was_computed(rights: dict[str, list[str]]) -> None:
    computed = {"derived.signals", "derived.correlations"}
    assert computed <= set(rights["collector INSERT"])
    for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
        assert computed.isdisjoint(rights.get(f"collector {right}", [])), right


def test_the_analyst_may_write_nothing(rights: dict[str, list[str]]) -> None:
    assert rights["analyst SELECT"]
    assert [right for right in rights if right.startswith("analyst ") and right != "analyst SELECT"] == []


def test_the_collectors_log_is_rotated(host: Host) -> None:
    setting = root(host, "grep -h COLLECTOR_LOG_FILE= /etc/collector/collector.env").stdout
    path = setting.split("=", 1)[1].strip().strip("'\"")
    if not path:
        assert "journal" in host.check_output("systemctl show collector.service -P StandardOutput")
        return
    rehearsal = root(host, "logrotate --debug /etc/logrotate.conf").stderr
    assert path in {
        line.split()[2] for line in rehearsal.splitlines() if line.startswith("rotating pattern:")
    }


def test_migrating_again_changes_nothing(host: Host) -> None:
    query = "select count(*), max(applied_at) from ops.migrations"
    count = f"cd / && runuser -u postgres -- psql -XAtd darkpool -c '{query}'"
    before = root(host, count).stdout
    dsn = "dbname=darkpool user=darkpool_migrator host=/run/postgresql"
    again = root(host, f"cd / && {CURRENT}/venv/bin/collector migrate --dsn %s", dsn)
    assert again.rc == 0, again.stderr
    assert root(host, count).stdout == before
    assert before.strip()
