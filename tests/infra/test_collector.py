"""The collector's place on the server: its account, its settings, its unit, its schedule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.backend.base import CommandResult
    from testinfra.host import Host

ENV_FILES = ("/etc/collector/collector.env", "/etc/collector/secrets.env")


def root(host: Host, command: str, *arguments: str) -> CommandResult:
    with host.sudo():
        return host.run(command, *arguments)


def test_the_collectors_account_cannot_log_in(host: Host) -> None:
    assert root(host, "runuser -l collector -c true").rc != 0


@pytest.mark.parametrize("path", ENV_FILES)
def test_only_the_collector_and_root_read_its_settings_and_only_root_writes_them(
    host: Host, path: str
) -> None:
    assert root(host, "runuser -u collector -- test -r %s", path).rc == 0
    assert root(host, "runuser -u collector -- test -w %s", path).rc == 1
    assert root(host, "runuser -u nobody -- cat %s", path).rc != 0


def test_the_api_key_is_in_no_other_file_of_the_machine(host: Host) -> None:
    # In one shell, so that sudo does not write the key into the journal while it is being looked for.
    found = root(
        host,
        "sed -n \"s/^COLLECTOR_API_KEY='\\(..*\\)'$/\\1/p\" /etc/collector/secrets.env"
        " | grep -rlFf - /etc /opt/collector /var/log /var/lib/collector",
    )
    assert found.stdout.split() == ["/etc/collector/secrets.env"]


@pytest.mark.parametrize("path", ENV_FILES)
def test_a_secrets_file_is_closed_by_itself_and_not_only_by_its_folder(host: Host, path: str) -> None:
    with host.sudo():
        assert host.file(path).mode & 0o027 == 0


def psql(host: Host, statement: str, login: str = "") -> CommandResult:
    """Ask the database as the collector's account."""
    return root(
        host, "cd / && runuser -u collector -- psql -XAtd %s -c %s", f"dbname=darkpool {login}", statement
    )


@pytest.mark.parametrize(
    "role", ["postgres", "darkpool_owner", "darkpool_migrator", "darkpool_backup", "analyst"]
)
def test_the_collector_comes_into_the_database_as_itself_only(host: Host, role: str) -> None:
    assert psql(host, "select current_user").stdout.strip() == "collector"
    assert "FATAL" in psql(host, "select 1", f"user={role}").stderr


def test_what_the_collector_commits_is_on_the_disk(host: Host) -> None:
    assert psql(host, "show synchronous_commit").stdout.strip() == "on"


def test_cron_starts_the_unit_and_new_york_is_the_machines_zone(host: Host) -> None:
    file = host.file("/etc/cron.d/collector")
    lines = [line for line in file.content_string.splitlines() if line and not line.startswith("#")]
    assert lines
    assert {" ".join(line.split()[5:]) for line in lines} == {"root systemctl start collector.service"}
    assert (file.user, file.mode & 0o022) == ("root", 0)
    assert host.check_output("date -d @1762000000 +%Z") == "EDT"
    assert host.service("cron").is_running


def test_cron_starts_the_archive_at_night_as_a_unit_of_its_own(host: Host) -> None:
    file = host.file("/etc/cron.d/collector-retain")
    lines = [line.split() for line in file.content_string.splitlines() if line and not line.startswith("#")]
    assert [" ".join(line[5:]) for line in lines] == ["root systemctl start collector-retain.service"]
    assert (file.user, file.mode & 0o022) == ("root", 0)


def test_the_archives_unit_is_sandboxed_like_a_pass_and_writes_where_the_files_go(host: Host) -> None:
    shown = root(
        host, "systemctl show collector-retain.service -p User -p MemoryMax -p TimeoutStartUSec"
    ).stdout
    unit = dict(line.split("=", 1) for line in shown.splitlines())
    assert (unit["User"], unit["MemoryMax"].isdigit()) == ("collector", True)
    assert unit["TimeoutStartUSec"] != "infinity"
    scored = root(host, "systemd-analyze security --no-pager collector-retain.service").stdout
    assert float(re.search(r"level for \S+: ([\d.]+)", scored)[1]) <= 1.1
    folder = root(
        host, "sed -n \"s/^COLLECTOR_ARCHIVE_DIR='\\(.*\\)'$/\\1/p\" /etc/collector/collector.env"
    ).stdout
    assert root(host, "runuser -u collector -- test -w %s", folder.strip()).rc == 0
    assert root(host, "runuser -u nobody -- ls %s", folder.strip()).rc != 0


def test_the_unit_is_sound_limited_and_sandboxed(host: Host) -> None:
    shown = root(
        host, "systemctl show collector.service -p User -p MemoryMax -p TimeoutStartUSec -p LoadState"
    ).stdout
    unit = dict(line.split("=", 1) for line in shown.splitlines())
    assert (unit["User"], unit["LoadState"]) == ("collector", "loaded")
    assert unit["MemoryMax"].isdigit()
    assert unit["TimeoutStartUSec"] != "infinity"
    scored = root(host, "systemd-analyze security --no-pager collector.service").stdout
    assert float(re.search(r"level for \S+: ([\d.]+)", scored)[1]) <= 1.1


def test_the_collector_writes_its_state_and_log_and_nothing_of_its_own_code(host: Host) -> None:
    for path in ("/var/lib/collector", "/var/log/collector"):
        assert root(host, "runuser -u collector -- test -w %s", path).rc == 0
        assert root(host, "runuser -u nobody -- ls %s", path).rc != 0
    writable = root(host, "runuser -u collector -- find /opt/collector /etc/collector ! -type l -writable")
    assert writable.stdout == ""


def stream_is_wanted(host: Host) -> bool:
    file = host.file("/etc/collector/collector.env")
    with host.sudo():
        return "COLLECTOR_STREAM_ENABLED=true" in file.content_string


def test_the_live_stream_is_a_service_exactly_when_it_is_switched_on(host: Host) -> None:
    wanted = stream_is_wanted(host)
    assert host.file("/etc/systemd/system/collector-stream.service").exists == wanted
    assert (root(host, "systemctl is-enabled collector-stream.service").rc == 0) == wanted
    if not wanted:
        assert root(host, "systemctl is-active collector-stream.service").stdout.strip() == "inactive"
        assert root(host, "pgrep -f 'collector [s]tream'").rc == 1


def test_the_live_streams_unit_is_sandboxed_like_a_pass_where_it_is_switched_on(host: Host) -> None:
    if not stream_is_wanted(host):
        assert root(host, "systemctl cat collector-stream.service").rc != 0
        return
    shown = root(host, "systemctl show collector-stream.service -p User -p MemoryMax -p Restart").stdout
    unit = dict(line.split("=", 1) for line in shown.splitlines())
    assert (unit["User"], unit["Restart"], unit["MemoryMax"].isdigit()) == ("collector", "always", True)
    scored = root(host, "systemd-analyze security --no-pager collector-stream.service").stdout
    assert float(re.search(r"level for \S+: ([\d.]+)", scored)[1]) <= 1.1


BESIDE_ANOTHER = """
systemctl stop cron.service collector.service
since=$(date +%s)
runuser -u collector -- flock /var/lib/collector/run.lock sleep 20 &
sleep 1
systemctl start collector.service
code=$?
kill $(pgrep -u collector -x sleep)
systemctl start cron.service
journalctl -u collector.service --since @$since -o cat --no-pager
exit $code
"""


def test_a_pass_beside_another_leaves_it_the_work_and_is_no_failure(host: Host) -> None:
    left = root(host, "sh -c %s", BESIDE_ANOTHER)
    assert left.rc == 0
    assert "another run is at work: leaving it to that one" in left.stdout
