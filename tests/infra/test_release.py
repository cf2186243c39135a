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


def test_migrating_again_changes_nothing(host: Host) -> None:
    query = "select count(*), max(applied_at) from ops.migrations"
    count = f"cd / && runuser -u postgres -- psql -XAtd darkpool -c '{query}'"
    before = root(host, count).stdout
    dsn = "dbname=darkpool user=darkpool_migrator host=/run/postgresql"
    again = root(host, f"cd / && {CURRENT}/venv/bin/collector migrate --dsn %s", dsn)
    assert again.rc == 0, again.stderr
    assert root(host, count).stdout == before
    assert before.strip()
