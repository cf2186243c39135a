"""Physical backups: log leaves the server, encrypted, under the shipped units; the newest backup restores as noted."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.backend.base import CommandResult
    from testinfra.host import Host

REPOSITORY = "/var/lib/pgbackrest"
CONFIGURATION = "/etc/pgbackrest/pgbackrest.conf"
HISTORY = "/var/lib/darkpool-drill/history.jsonl"
UNITS = ("darkpool-pgbackrest", "darkpool-pgbackrest-watch", "darkpool-restore-drill")


def root(host: Host, command: str, *arguments: str) -> CommandResult:
    with host.sudo():
        return host.run(command, *arguments)


@pytest.fixture(scope="module", autouse=True)
def wanted(host: Host) -> None:
    if root(host, "test -e /etc/cron.d/darkpool-pgbackrest").rc:
        off = (
            root(host, "cd / && runuser -u postgres -- psql -XAtc 'show archive_mode'").stdout.strip()
            == "off"
        )
        assert off, "PostgreSQL archives, and nothing makes backups or looks whether it works"
        pytest.skip("pgbackrest_enabled is false")


def sql(host: Host, query: str) -> str:
    said = root(host, "cd / && runuser -u postgres -- psql -XAtc %s darkpool", query)
    assert said.rc == 0, said.stderr
    return said.stdout.strip()


def test_a_commit_is_in_the_repository_soon_under_the_shipped_unit(host: Host) -> None:
    before = sql(host, "select failed_count from pg_stat_archiver")
    sql(host, "select pg_logical_emit_message(true, 'darkpool', 'archived?')")
    segment = sql(host, "select pg_walfile_name(pg_switch_wal())")
    deadline = time.monotonic() + 60
    while sql(host, f"select coalesce(last_archived_wal >= '{segment}', false) from pg_stat_archiver") != "t":
        assert time.monotonic() < deadline, "not archived in time"
        time.sleep(0.5)
    assert sql(host, "select failed_count from pg_stat_archiver") == before
    # Its commit is there: asked of the repository, not of PostgreSQL.
    assert segment in root(host, f"find {REPOSITORY}/archive -name '{segment}-*'").stdout


def test_log_is_archived_after_sixty_seconds_at_the_latest(host: Host) -> None:
    assert (
        sql(host, "select setting::int between 1 and 60 from pg_settings where name = 'archive_timeout'")
        == "t"
    )
    assert sql(host, "show archive_mode") == "on"


def test_nothing_in_the_repository_can_be_read_without_the_passphrase(host: Host) -> None:
    files = f"find {REPOSITORY} -type f"
    count = int(root(host, f"{files} | wc -l").stdout)
    salted = root(
        host, f"{files} -exec sh -c 'head -c 8 \"$1\" | grep -q Salted__' _ {{}} \\; -print | wc -l"
    )
    # Without the label files of PostgreSQL's own, which pgBackRest encrypts too: every one.
    assert int(salted.stdout) == count > 3


def test_the_passphrase_is_root_s_and_postgres_to_read_and_in_no_command_line(host: Host) -> None:
    file = host.file(CONFIGURATION)
    assert (file.user, file.group, file.mode) == ("root", "postgres", 0o640)
    assert "Permission denied" in root(host, f"runuser -u nobody -- cat {CONFIGURATION}").stderr
    # Found by a pipe: sudo notes every command line in the journal, which is one of the places looked at.
    passphrase = f"sed -n 's/^repo1-cipher-pass=//p' {CONFIGURATION}"
    assert int(root(host, f"{passphrase} | tr -d '\\n' | wc -c").stdout) >= 32
    found = root(
        host, f"{passphrase} | grep -rlF -f - /etc /var/log /usr/local /run 2>/dev/null"
    ).stdout.split()
    assert found == [CONFIGURATION]
    assert (
        root(
            host, f"ps axww -o args= | cat > /run/args; {passphrase} | grep -cF -f - /run/args; rm /run/args"
        ).stdout.strip()
        == "0"
    )
    assert "cipher" not in sql(host, "show archive_command")


def test_log_is_never_dropped_to_stay_up(host: Host) -> None:
    assert "archive-push-queue-max" not in root(host, f"cat {CONFIGURATION} /etc/pgbackrest.conf").stdout


@pytest.fixture(scope="module")
def backup(host: Host) -> dict[str, object]:
    """One backup, made as cron makes it."""
    made = root(host, "systemctl start darkpool-pgbackrest.service")
    assert made.rc == 0, root(host, "journalctl -u darkpool-pgbackrest -n 20 --no-pager").stdout
    return json.loads(root(host, "darkpool-pgbackrest list --json").stdout)["backups"][-1]


def test_the_newest_backup_restores_as_noted_and_is_removed_again(
    host: Host, backup: dict[str, object]
) -> None:
    drilled = root(host, "systemctl start darkpool-restore-drill.service")
    assert drilled.rc == 0, root(host, "journalctl -u darkpool-restore-drill -n 20 --no-pager").stdout
    line = json.loads(root(host, f"tail -n 1 {HISTORY}").stdout)
    assert (line["ok"], line["backup"]) == (True, backup["name"])
    assert line["rows"] > 1000
    assert "amcheck_s" in line, "indexes were not read"
    assert root(host, "test -e /var/lib/darkpool-drill/scratch").rc == 1
    assert root(host, "pgrep -f '[/]var/lib/darkpool-drill/scratch'").stdout == ""
    assert sql(host, "select pg_is_in_recovery()") == "f"


@pytest.mark.usefixtures("backup")
def test_archive_backups_and_drill_raise_no_alarm_when_all_is_well(host: Host) -> None:
    looked = root(host, "systemctl start darkpool-pgbackrest-watch.service")
    assert looked.rc == 0, root(host, "journalctl -u darkpool-pgbackrest-watch -n 5 --no-pager").stdout


def told(host: Host, name: str, value: str) -> str:
    """What the look says where a limit is another."""
    copy = root(host, "mktemp -p /run").stdout.strip()
    change = f"s/^DARKPOOL_PGBACKREST_{name}=.*/DARKPOOL_PGBACKREST_{name}={value}/"
    made = f"sed %s /etc/default/darkpool-pgbackrest > {copy} && chmod 644 {copy} && touch -d '40 days ago' {copy}"
    assert root(host, made, change).rc == 0
    said = root(host, f"darkpool-pgbackrest --settings {copy} watch")
    root(host, f"rm {copy}")
    assert said.rc == 1
    return said.stderr


@pytest.mark.usefixtures("backup")
@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("ALARM_BACKUP_H", "-1", "the newest backup is 0 h old"),
        ("ALARM_DRILL_DAYS", "-1", "the last restore that was proven"),
        ("REPOSITORIES", "1 2", "repository 2: not there"),
        ("ALARM_ARCHIVE_S", "-1", "write-ahead log waits"),
        ("ALARM_WAITING_MB", "-1", "MiB of write-ahead log wait"),
    ],
)
def test_each_limit_that_is_passed_is_named(host: Host, name: str, value: str, complaint: str) -> None:
    assert complaint in told(host, name, value)


@pytest.mark.usefixtures("backup")
def test_each_problem_has_a_line_of_its_own_as_a_record_keeps_300_characters_of_one(host: Host) -> None:
    lines = told(host, "REPOSITORIES", "1 2").splitlines()
    assert [line for line in lines if "repository 2" in line]
    assert len(lines) > 1
    assert [line for line in lines if len(line) > 300] == []


def test_a_second_backup_at_the_same_time_leaves_and_says_so(host: Host) -> None:
    second = root(host, "flock /var/lib/darkpool-drill darkpool-pgbackrest run")
    assert (second.rc, second.stdout.strip()) == (0, "another backup is at work; this one leaves")


def test_nobody_else_reads_the_repository_or_the_drill(host: Host) -> None:
    for folder in (REPOSITORY, "/var/lib/darkpool-drill"):
        assert "Permission denied" in root(host, f"runuser -u nobody -- ls {folder}").stderr


def test_cron_makes_looks_and_proves(host: Host) -> None:
    said = root(host, "cat /etc/cron.d/darkpool-pgbackrest").stdout.splitlines()
    lines = [line.split() for line in said if line and not line.startswith("#")]
    when = {line[-1].removesuffix(".service"): line[:5] for line in lines}
    assert set(when) == set(UNITS)
    assert when["darkpool-pgbackrest-watch"][1:] == ["*"] * 4
    assert 3 <= int(when["darkpool-pgbackrest"][1]) <= 23
    assert set(when["darkpool-restore-drill"][4].split(",")) <= {"0", "6", "7"}


def test_the_units_are_tight(host: Host) -> None:
    for unit in UNITS:
        shown = root(host, f"systemd-analyze security --no-pager {unit}.service").stdout
        assert float(re.search(r"level for \S+: ([\d.]+)", shown)[1]) <= 0.8
