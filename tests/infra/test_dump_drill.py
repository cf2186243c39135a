"""The weekly drill of the newest dump: what comes back is what is owed, one schedule alone, and an alarm without it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testinfra.backend.base import CommandResult
    from testinfra.host import Host

UNIT = "darkpool-dump-drill.service"
HISTORY = "/var/lib/darkpool-drill/history.jsonl"
SUM = "sha256sum darkpool.dump globals.sql manifest.json > SHA256SUMS"
# Today's session is put aside: the drill asks the calendar, so these tests say themselves whether the market is open.
TODAY = "(now() at time zone 'America/New_York')::date"
SESSION = f"delete from ops.market_sessions where session_date = {TODAY}"
HOURS = "now() - interval '1 h', now() + interval '1 h', now() + interval '2 h'"
OPEN = f"insert into ops.market_sessions values ({TODAY}, {HOURS})"
BACK = "insert into ops.market_sessions select * from json_populate_record(null::ops.market_sessions, '{}')"


def root(host: Host, command: str, *arguments: str) -> CommandResult:
    with host.sudo():
        return host.run(command, *arguments)


def sql(host: Host, query: str) -> str:
    return root(host, "cd / && runuser -u postgres -- psql -XqAtc %s darkpool", query).stdout.strip()


@pytest.fixture(scope="module")
def backup(host: Host) -> str:
    """One backup, made as cron makes it."""
    made = root(
        host, "systemctl start darkpool-backup.service && ls -d /var/backups/darkpool/darkpool-*Z | tail -1"
    )
    assert made.rc == 0, root(host, "journalctl -u darkpool-backup -n 20 --no-pager").stdout
    return made.stdout.strip()


@pytest.fixture(scope="module")
def refused(host: Host, backup: str) -> Iterator[CommandResult]:
    """What is said to a drill while the market is open; from then on it is closed, whatever day it is."""
    assert backup
    session = sql(host, f"{SESSION} returning row_to_json(market_sessions)")
    try:
        sql(host, OPEN)
        said = root(host, "darkpool-backup drill")
        sql(host, SESSION)
        yield said
    finally:
        sql(host, f"{SESSION}; {BACK.format(session) if session else ''}")


def test_while_the_market_is_open_it_refuses_and_says_until_when(refused: CommandResult) -> None:
    assert (refused.rc, "the market is open until" in refused.stderr) == (1, True), refused.stderr


@pytest.fixture(scope="module")
def drilled(host: Host, backup: str, refused: CommandResult) -> dict[str, object]:
    """The line of a drill, made as cron makes it."""
    assert refused.rc
    done = root(host, f"systemctl start {UNIT}")
    assert done.rc == 0, root(host, f"journalctl -u {UNIT} -n 20 --no-pager").stdout
    line: dict[str, object] = json.loads(root(host, f"tail -n 1 {HISTORY}").stdout)
    assert (line["ok"], line["backup"]) == (True, backup.rsplit("/", 1)[1])
    return line


def test_the_newest_dump_restores_with_every_table_that_was_noted(
    host: Host, backup: str, drilled: dict[str, object]
) -> None:
    tables = json.loads(root(host, "cat %s/manifest.json", backup).stdout)["tables"]
    assert drilled["rows"] == sum(table["rows"] for table in tables.values()) > 0
    assert drilled["tables"] == len(tables) > 10
    assert {"seconds", "loss_s", "loss_rows"} <= set(drilled)


def test_it_was_compared_with_every_page_that_had_been_acknowledged(
    host: Host, backup: str, drilled: dict[str, object]
) -> None:
    began = json.loads(root(host, "cat %s/manifest.json", backup).stdout)["started_at"]
    pages = root(host, "cat /var/lib/collector/acknowledged/[0-9]*.jsonl").stdout.splitlines()
    then = datetime.fromisoformat(began)
    owed = sum(datetime.fromisoformat(json.loads(page)["at"]) <= then for page in pages)
    # What a restore gave up is no longer owed.
    fewer = root(host, "test -e /var/lib/collector/acknowledged/restores.jsonl").rc == 0
    assert drilled["acknowledged_pages"] in (range(owed + 1) if fewer else [owed])


@pytest.mark.usefixtures("drilled")
def test_nothing_of_what_was_restored_stays(host: Host) -> None:
    assert sql(host, "select count(*) from pg_database where datname ~ 'drill'") == "0"


@pytest.fixture
def aside(host: Host, backup: str) -> Iterator[str]:
    """A copy to damage, with settings that name it and a history of its own."""
    folder = root(host, "mktemp -d -p /var/tmp").stdout.strip()
    made = (
        f"mkdir {folder}/dumps {folder}/drill && cp -a %s {folder}/dumps/ && chmod 755 {folder} {folder}/dumps"
        f" && chown postgres:pgbackup {folder}/drill"
        f" && sed -e s,^BACKUP_DIRECTORY=.*,BACKUP_DIRECTORY={folder}/dumps,"
        f" -e s,^BACKUP_DRILL_DIRECTORY=.*,BACKUP_DRILL_DIRECTORY={folder}/drill,"
        f" /etc/default/darkpool-backup > {folder}/settings && chmod 644 {folder}/settings"
    )
    assert root(host, made, backup).rc == 0
    yield folder
    root(host, "rm -rf %s", folder)


@pytest.mark.usefixtures("refused")
@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("true", ""),
        (f"truncate -s -20 darkpool.dump && {SUM}", "pg_restore"),
        (rf"sed -i -E '0,/\"hash\": \"[1-9]/s//&1/' manifest.json && {SUM}", "not the same ones"),
    ],
)
def test_each_damage_turns_the_drill_red_and_its_line_says_why(
    host: Host, aside: str, damage: str, complaint: str
) -> None:
    assert root(host, f"cd {aside}/dumps/darkpool-*Z && {damage}").rc == 0
    done = root(host, f"darkpool-backup --settings {aside}/settings drill")
    line = json.loads(root(host, f"cat {aside}/drill/history.jsonl").stdout)
    # The first is the control: the same copy, undamaged.
    assert (done.rc, line["ok"]) == ((1, False) if complaint else (0, True)), done.stderr
    assert complaint in line.get("problem", "")
    assert sql(host, "select count(*) from pg_database where datname ~ 'drill'") == "0"


def looked(host: Host, settings: str, *changes: str) -> CommandResult:
    """What the account of the look sees where settings are old enough to have had their Saturday."""
    words = " ".join(f"-e {change}" for change in changes)
    copied = (
        f"sed {words} {settings} > /run/looked && chmod 644 /run/looked && touch -d '40 days ago' /run/looked"
    )
    assert root(host, copied).rc == 0
    seen = root(host, "cd / && runuser -u pgbackup -- darkpool-backup --settings /run/looked age")
    root(host, "rm /run/looked")
    return seen


DAYS = "s/^BACKUP_ALARM_DRILL_DAYS=.*/BACKUP_ALARM_DRILL_DAYS=9/"


@pytest.mark.usefixtures("drilled")
def test_a_drill_of_now_raises_no_alarm(host: Host) -> None:
    seen = looked(host, "/etc/default/darkpool-backup", DAYS)
    assert seen.rc == 0, seen.stderr


def test_weeks_without_a_proven_restore_raise_the_alarm(host: Host, aside: str) -> None:
    seen = looked(host, f"{aside}/settings", DAYS)
    assert (seen.rc, "the last restore that was proven: never" in seen.stderr) == (1, True), seen.stderr


def test_one_drill_a_week_is_scheduled_and_its_alarm_is_set(host: Host) -> None:
    lines = root(host, "grep -hE '^[0-9*].*drill.service' /etc/cron.d/*").stdout.splitlines()
    assert len(lines) == 1, lines
    (line,) = (found.split() for found in lines)
    assert set(line[4].split(",")) <= {"0", "6", "7"}
    assert 3 <= int(line[1]) <= 23
    physical = root(host, "test -e /etc/cron.d/darkpool-pgbackrest").rc == 0
    assert line[5:] == ["root", "systemctl", "start", "darkpool-restore-drill.service" if physical else UNIT]
    days = root(host, "sed -n s/^BACKUP_ALARM_DRILL_DAYS=//p /etc/default/darkpool-backup").stdout
    assert (int(days) > 0) == (not physical)


def test_nobody_else_reads_what_drills_found(host: Host) -> None:
    assert "Permission denied" in root(host, "runuser -u nobody -- ls /var/lib/darkpool-drill").stderr


def test_the_drill_runs_in_a_tight_sandbox(host: Host) -> None:
    shown = root(host, f"systemd-analyze security --no-pager {UNIT}").stdout
    assert float(re.search(r"level for \S+: ([\d.]+)", shown)[1]) <= 0.5
