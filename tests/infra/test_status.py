"""What the machine is like, as it is written down, and the status page: fresh, true, and for its owner alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.infra.our_units import root, schedules, shown

if TYPE_CHECKING:
    from testinfra.host import Host

LOOK, PAGE = "darkpool-host.service", "darkpool-page.service"
FILE = "/var/lib/darkpool/host/host.json"
HTML = "/var/lib/collector/page/status.html"
COUNT, COUNTED = "/usr/local/lib/darkpool/darkpool_updates.sh", "/var/lib/darkpool/host/updates"
DRILL = "/var/lib/darkpool/failures/drill-of-the-status.service.json"


@pytest.fixture(scope="module")
def released(host: Host) -> None:
    if root(host, "test -x /opt/collector/current/venv/bin/collector").rc:
        pytest.skip("nothing is released here")


def look(host: Host) -> dict[str, Any]:
    began = root(host, "systemctl start %s", LOOK)
    assert began.rc == 0, root(host, "journalctl -u %s -n 20 -o cat --no-pager", LOOK).stdout
    return json.loads(root(host, "cat %s", FILE).stdout)


def test_cron_writes_the_page_and_the_look_goes_before_it(host: Host) -> None:
    assert any(f"root systemctl start {PAGE}" in lines for lines in schedules(host).values())
    unit = shown(host, PAGE)
    assert LOOK in unit["Wants"].split()
    assert LOOK in unit["After"].split()
    assert unit["User"] == "collector"


def test_a_look_says_what_the_machine_says_itself(host: Host) -> None:
    facts = look(host)
    now = datetime.now(timezone.utc)
    assert now - datetime.fromisoformat(facts["looked_at"]) < timedelta(minutes=2)
    (disk,) = (one for one in facts["disks"] if one["path"] == "/")
    size = int(root(host, "df --block-size=1 --output=size / | tail -n 1").stdout)
    assert disk["bytes"] == size
    assert facts["memory"]["total"] == 1024 * int(
        root(host, "awk '/^MemTotal/ {print $2}' /proc/meminfo").stdout
    )
    assert facts["booted_at"] is not None
    assert facts["measured"]


def test_a_look_knows_the_backups_and_drills_that_it_may_not_change(host: Host) -> None:
    facts = look(host)
    dumps = root(host, "ls -d /var/backups/darkpool/darkpool-*Z").stdout.split()
    physical = root(host, "ls -d /var/lib/pgbackrest/backup/*/[0-9]*[FDI]").stdout.split()
    proven = root(host, "grep -c '\"ok\": true' /var/lib/darkpool-drill/history.jsonl").stdout.strip()
    assert bool(facts["backups"]["dump"]) is bool(dumps)
    assert bool(facts["backups"]["physical"]) is bool(physical)
    assert bool(facts["drill"]["good_at"]) is (proven not in ("", "0"))
    asked = shown(host, LOOK)
    assert asked["CapabilityBoundingSet"] == "cap_dac_override"
    assert asked["ReadWritePaths"] == "/var/lib/darkpool/host"
    assert asked["PrivateNetwork"] == "yes"


def test_security_updates_that_wait_are_counted_after_apts_own_run(host: Host) -> None:
    after = shown(host, "apt-daily-upgrade.service")["ExecStartPost"]
    assert f"{COUNT} {COUNTED}" in after
    assert root(host, f"{COUNT} {COUNTED}").rc == 0
    said = root(host, "apt-get -s dist-upgrade").stdout.splitlines()
    waiting = [line for line in said if line.startswith("Inst ") and "ecurity" in line and " [" in line]
    assert look(host)["updates_waiting"] == len(waiting)
    try:
        root(host, "echo 7 >%s", COUNTED)
        assert look(host)["updates_waiting"] == 7, "it is apt's count that is told"
        root(host, "touch -d @1 %s", COUNTED)
        assert look(host)["updates_waiting"] is None, "packages have come since"
    finally:
        root(host, f"{COUNT} {COUNTED}")
        look(host)


def test_the_ages_of_keys_are_known(host: Host) -> None:
    known = datetime.fromisoformat(look(host)["keys"]["ssh_host"])
    made = root(host, "stat -c %%Y %s", "/etc/ssh/ssh_host_ed25519_key").stdout
    assert known == datetime.fromtimestamp(int(made), timezone.utc)


def test_a_unit_that_failed_is_in_it_until_it_works_again(host: Host) -> None:
    try:
        root(host, "echo {} >%s", DRILL)
        assert "drill-of-the-status.service" in look(host)["failed"]
    finally:
        root(host, "rm -f %s", DRILL)
    assert "drill-of-the-status.service" not in look(host)["failed"]


def test_only_root_writes_it_and_only_the_collector_reads_it(host: Host) -> None:
    look(host)
    with host.sudo():
        file, folder = host.file(FILE), host.file("/var/lib/darkpool/host")
        assert (file.user, file.group, file.mode) == ("root", "collector", 0o640)
        assert (folder.user, folder.group, folder.mode) == ("root", "collector", 0o750)


@pytest.mark.usefixtures("released")
def test_the_page_is_written_by_its_unit_and_is_its_owners(host: Host) -> None:
    root(host, "rm -f %s", HTML)
    began = root(host, "systemctl start %s", PAGE)
    assert began.rc == 0, root(host, "journalctl -u %s -n 20 -o cat --no-pager", PAGE).stdout
    with host.sudo():
        page = host.file(HTML)
        assert (page.user, page.mode & 0o077) == ("collector", 0)
        text = page.content_string
    assert text.startswith("<!doctype html>")
    assert "Nobody has looked" not in text
    assert "PostgreSQL does not answer" not in text


@pytest.mark.usefixtures("released")
def test_status_shows_the_look_to_whoever_logs_in(host: Host) -> None:
    look(host)
    said = root(host, "/etc/update-motd.d/50-darkpool").stdout
    assert "% of / is used" in said
    lines = {line.split()[0] for line in said.splitlines() if line}
    assert lines >= {"requests", "spool", "backup", "disk", "clock"}
    assert max(map(len, said.splitlines())) <= 80
