"""Backups: the newest restores, and each kind of damage is seen. Damage is done to copies only."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testinfra.backend.base import CommandResult
    from testinfra.host import Host

HOME = "/var/backups/darkpool"
FIRST_WITH_LZ4 = 15
NAME = re.compile(r"darkpool-\d{8}T\d{6}Z")


def root(host: Host, command: str, *arguments: str) -> CommandResult:
    with host.sudo():
        return host.run(command, *arguments)


def sql(host: Host, query: str) -> str:
    return root(host, "cd / && runuser -u postgres -- psql -XAtc %s", query).stdout.strip()


def test_the_newest_backup_is_no_older_than_its_schedule_allows(host: Host) -> None:
    # Before any other test makes one. A schedule that was written just now has had no night yet.
    line = host.check_output("grep '^[0-9*]' /etc/cron.d/darkpool-backup").split()
    most_h = 26 if line[2:5] == ["*", "*", "*"] else 8 * 24
    files = f"find /etc/cron.d/darkpool-backup {HOME} -maxdepth 1 '(' -name 'darkpool-*Z' -o -name darkpool-backup ')'"
    newest = root(host, f"{files} -printf '%T@\\n' | sort -n | tail -1").stdout
    now = host.check_output("date +%s")
    assert int(now) - float(newest) < most_h * 3600


@pytest.fixture(scope="module")
def backup(host: Host) -> str:
    """One backup, made as cron makes it."""
    made = root(host, "systemctl start darkpool-backup.service && ls -d %s/darkpool-*Z | tail -1", HOME)
    assert made.rc == 0, root(host, "journalctl -u darkpool-backup -n 20 --no-pager").stdout
    return made.stdout.strip()


@pytest.fixture
def damaged(host: Host, backup: str) -> Iterator[str]:
    """A copy to damage."""
    copy = root(host, "mktemp -d").stdout.strip()
    assert root(host, "cp -a %s %s/", backup, copy).rc == 0
    yield f"{copy}/{backup.rsplit('/', 1)[1]}"
    root(host, "rm -rf %s", copy)


def test_the_newest_backup_restores_with_the_rows_that_were_noted(host: Host, backup: str) -> None:
    proven = root(host, "darkpool-backup verify %s", backup)
    assert proven.rc == 0, proven.stderr
    assert "each as noted" in proven.stdout


def test_the_scratch_database_is_gone_after_a_restore(host: Host, backup: str) -> None:
    assert root(host, "darkpool-backup verify %s", backup).rc == 0
    assert sql(host, "select count(*) from pg_database where datname ~ 'verify'") == "0"


def test_no_backup_of_any_night_is_open_to_others(host: Host) -> None:
    assert root(host, "ls %s", HOME).rc == 0
    assert "Permission denied" in root(host, "runuser -u nobody -- ls %s", HOME).stderr


@pytest.mark.parametrize(
    "damage",
    [
        "truncate -s -20 darkpool.dump",
        "truncate -s 0 darkpool.dump",
        "printf x | dd of=darkpool.dump bs=1 seek=200 conv=notrunc status=none",
        "printf '' | gzip > darkpool.dump",
        "rm darkpool.dump",
        "rm globals.sql",
        "rm manifest.json",
        "rm SHA256SUMS",
        "sed -i s/rows/rowz/ manifest.json",
        "truncate -s 0 SHA256SUMS",
    ],
)
def test_damage_after_the_backup_is_seen(host: Host, damaged: str, damage: str) -> None:
    assert root(host, "darkpool-backup check %s", damaged).rc == 0
    assert root(host, f"cd %s && {damage}", damaged).rc == 0
    assert root(host, "darkpool-backup check %s", damaged).rc == 1


SUM = "sha256sum darkpool.dump globals.sql manifest.json > SHA256SUMS"


@pytest.mark.parametrize(
    "damage",
    [
        "truncate -s -20 darkpool.dump",
        "truncate -s 0 darkpool.dump",
        "printf '' | gzip > darkpool.dump",
    ],
)
def test_a_dump_that_was_bad_from_the_start_is_seen_although_its_sum_is_right(
    host: Host, damaged: str, damage: str
) -> None:
    assert root(host, f"cd %s && {damage} && {SUM}", damaged).rc == 0
    seen = root(host, "darkpool-backup check %s", damaged)
    assert seen.rc == 1
    assert "pg_restore" in seen.stderr


def test_one_digit_that_changed_in_a_dump_without_compression_is_seen_by_restoring_only(
    host: Host, damaged: str
) -> None:
    dump = "runuser -u pgbackup -- pg_dump -U darkpool_backup -d darkpool -Fc -Z0 > darkpool.dump"
    # In reference data, which nobody changes meanwhile; of no key, not the newest: nothing but the hash can notice.
    digit = "LC_ALL=C sed -i '0,/\\t2028-12-28 21:00:00/s//\\t2028-12-28 21:00:01/' darkpool.dump"
    assert root(host, f"cd %s && {dump} && {SUM}", damaged).rc == 0
    control = root(host, "darkpool-backup verify %s", damaged)
    assert "ops.market_sessions" not in control.stderr
    before = root(host, "sha256sum %s/darkpool.dump", damaged).stdout
    assert root(host, f"cd %s && {digit} && {SUM}", damaged).rc == 0
    assert root(host, "sha256sum %s/darkpool.dump", damaged).stdout != before
    assert root(host, "darkpool-backup check %s", damaged).rc == 0
    seen = root(host, "darkpool-backup verify %s", damaged)
    assert seen.rc == 1
    assert re.search(r"ops\.market_sessions has as many rows as noted .*, but not the same ones", seen.stderr)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("rows", 1, "ops.market_sessions had 1 rows"),
        ("hash", "7", "as many rows as noted"),
        ("newest", "2001-01-01 00:00:00+00", "as its newest time"),
    ],
)
def test_a_restore_to_something_else_than_was_noted_is_refused_by_name(
    host: Host, damaged: str, key: str, value: object, complaint: str
) -> None:
    manifest = json.loads(root(host, "cat %s/manifest.json", damaged).stdout)
    manifest["tables"]["ops.market_sessions"][key] = value
    assert root(host, f"cd %s && printf %s > manifest.json && {SUM}", damaged, json.dumps(manifest)).rc == 0
    refused = root(host, "darkpool-backup verify %s", damaged)
    assert refused.rc == 1
    assert complaint in refused.stderr


def test_a_table_that_is_not_restored_is_named(host: Host, damaged: str) -> None:
    manifest = json.loads(root(host, "cat %s/manifest.json", damaged).stdout)
    manifest["tables"]["trading.not_there"] = {"rows": 1, "hash": "1", "newest": None}
    assert root(host, f"cd %s && printf %s > manifest.json && {SUM}", damaged, json.dumps(manifest)).rc == 0
    refused = root(host, "darkpool-backup verify %s", damaged)
    assert refused.rc == 1
    assert "trading.not_there is not there" in refused.stderr


@pytest.fixture
def settings_that_owe(host: Host) -> Iterator[str]:
    """Settings beside the real ones, whose ledger has a page that no dump holds."""
    page = {"at": "2026-01-02T15:00:00+00:00", "feed": "darkpool_trades", "table": "trading.darkpool_trades",
            "symbol": "NOSUCH", "session": "2026-01-02", "stored": 5}  # fmt: skip
    folder = root(host, "mktemp -d").stdout.strip()
    assert root(host, f"printf '%%s\\n' %s > {folder}/2026-01-02.jsonl", json.dumps(page)).rc == 0
    change = f"s,^BACKUP_ACKNOWLEDGED=.*,BACKUP_ACKNOWLEDGED={folder},"
    assert root(host, f"sed {change} /etc/default/darkpool-backup > {folder}/settings").rc == 0
    yield f"{folder}/settings"
    root(host, f"rm -rf {folder}")


def databases(host: Host) -> list[str]:
    return sql(host, "select datname from pg_database").split()


def test_a_dump_comes_back_as_a_new_database_and_the_live_one_stays(host: Host, backup: str) -> None:
    name, before = backup.rsplit("/", 1)[1], databases(host)
    back = root(host, "darkpool-backup restore --from %s --into infra_look", name)
    try:
        assert back.rc == 0, back.stderr
        assert "each as noted" in back.stdout
        assert sorted(databases(host)) == sorted([*before, "infra_look"])
        # By bytes, which in UTF-8 is the order of C.UTF-8 without asking libc.
        sorts = "select encoding, datcollate, datctype from pg_database where datname = 'infra_look'"
        assert sql(host, sorts) == "6|C|C.UTF-8"
        again = root(host, "darkpool-backup restore --from %s --into infra_look", name)
        assert (again.rc, "give a new database's name" in again.stderr) == (1, True)
    finally:
        root(host, "cd / && runuser -u postgres -- dropdb --if-exists infra_look")


LOOK_INSIDE = (
    "import filled; psql = ['psql', '-XAtc', 'show wal_compression'];"
    " print(filled.output([*filled.AS_POSTGRES, *filled.session(), *psql]))"
)


def test_a_restore_compresses_its_log_swiftly_and_the_cluster_goes_on_as_it_was(host: Host) -> None:
    inside = root(host, "PYTHONPATH=/usr/local/lib/darkpool-backup python3 -Bc %s", LOOK_INSIDE)
    major = int(host.check_output("ls /etc/postgresql | head -n 1"))
    assert inside.stdout.strip() == ("lz4" if major >= FIRST_WITH_LZ4 else "on"), inside.stderr
    assert sql(host, "show wal_compression") in {"pglz", "on"}


def test_a_dump_without_what_was_acknowledged_is_not_restored_and_says_what_is_missing(
    host: Host, backup: str, settings_that_owe: str
) -> None:
    name, before = backup.rsplit("/", 1)[1], databases(host)
    words = "restore --from %s --into infra_look"
    refused = root(host, f"darkpool-backup --settings {settings_that_owe} {words}", name)
    root(host, "cd / && runuser -u postgres -- dropdb --if-exists infra_look")
    assert refused.rc == 1
    assert "NOSUCH 2026-01-02: 5 rows were acknowledged, 0 are booked" in refused.stderr
    assert databases(host) == before


@pytest.fixture
def no_recent_backup(host: Host) -> Iterator[None]:
    """Settings and backups as they are when nothing was made for a week."""
    away = (
        f"mv {HOME} {HOME}.away && install -d -o pgbackup -g pgbackup -m 750 {HOME}"
        " && touch -d '8 days ago' /etc/default/darkpool-backup"
    )
    assert root(host, away).rc == 0
    yield
    root(host, f"rm -rf {HOME} && mv {HOME}.away {HOME} && touch /etc/default/darkpool-backup")
    root(host, "systemctl reset-failed darkpool-backup-watch; systemctl start darkpool-backup-watch")


@pytest.mark.usefixtures("backup")
def test_a_fresh_backup_raises_no_alarm(host: Host) -> None:
    assert root(host, "systemctl start darkpool-backup-watch.service").rc == 0


@pytest.mark.usefixtures("backup", "no_recent_backup")
def test_a_week_without_a_backup_raises_the_alarm_although_no_run_failed(host: Host) -> None:
    assert root(host, "systemctl start darkpool-backup-watch.service").rc != 0
    record = "/var/lib/darkpool/failures/darkpool-backup-watch.service.json"
    assert "h old, more than" in root(host, f"sleep 1; cat {record}").stdout


def test_cron_looks_for_old_backups_every_hour(host: Host) -> None:
    said = root(host, "cat /etc/cron.d/darkpool-backup-watch").stdout.splitlines()
    lines = [line.split() for line in said if line and not line.startswith("#")]
    assert [(line[1:5], line[6:]) for line in lines] == [
        (["*"] * 4, ["systemctl", "start", "darkpool-backup-watch.service"])
    ]


@pytest.mark.usefixtures("backup")
def test_half_a_backup_is_not_listed_and_is_cleared_by_the_next_run(host: Host) -> None:
    half = f"{HOME}/darkpool-20200101T000000Z.partial"
    assert root(host, "runuser -u pgbackup -- mkdir %s", half).rc == 0
    listed = root(host, "darkpool-backup list").stdout
    assert "20200101" not in listed
    assert NAME.search(listed)
    assert root(host, "sleep 1; darkpool-backup run").rc == 0
    assert root(host, "test -e %s", half).rc == 1


@pytest.mark.usefixtures("backup")
def test_a_second_backup_at_the_same_time_leaves_and_says_so(host: Host) -> None:
    second = root(host, "flock %s runuser -u pgbackup -- darkpool-backup run", HOME)
    assert (second.rc, second.stdout.strip()) == (0, "another backup is at work; this one leaves")


def test_nobody_else_reads_a_backup(host: Host, backup: str) -> None:
    assert root(host, "runuser -u nobody -- cat %s/darkpool.dump", backup).rc != 0


def test_globals_hold_the_roles_and_no_password(host: Host, backup: str) -> None:
    text = root(host, "cat %s/globals.sql", backup).stdout
    assert "CREATE ROLE darkpool_owner" in text
    assert "SCRAM" not in text


def test_the_backup_account_cannot_log_in_and_cannot_write_to_the_database(host: Host) -> None:
    assert root(host, "runuser -l pgbackup -c true").rc != 0
    refused = root(
        host,
        "cd / && runuser -u pgbackup -- psql -XAt -U darkpool_backup -d darkpool -c 'create schema mine'",
    )
    assert refused.rc != 0
    assert "ERROR" in refused.stderr


def test_cron_starts_the_unit_at_an_hour_that_clock_changes_leave_alone(host: Host) -> None:
    file = host.file("/etc/cron.d/darkpool-backup")
    line = [line for line in file.content_string.splitlines() if line.endswith("darkpool-backup.service")]
    assert [part.split()[5:] for part in line] == [["root", "systemctl", "start", "darkpool-backup.service"]]
    assert 3 <= int(line[0].split()[1]) <= 23
    assert (file.user, file.mode & 0o022) == ("root", 0)
    assert host.service("cron").is_running


def test_the_backup_runs_in_a_tight_sandbox(host: Host) -> None:
    shown = root(host, "systemd-analyze security --no-pager darkpool-backup.service").stdout
    assert float(re.search(r"level for \S+: ([\d.]+)", shown)[1]) <= 0.4
