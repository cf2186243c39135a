"""What delivers alerts on the server: its secrets, its unit, and that a failed unit is noticed and forgotten."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import pytest

from tests.infra.our_units import root, shown, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testinfra.host import Host

FILES = ("/etc/collector/alerts.json", "/etc/collector/alerts-urls.json")
UNIT = "darkpool-deliver.service"
# Another one at each run: what an earlier run left in the box proves nothing.
DRILL = f"drill-of-alerts-{secrets.token_hex(4)}.service"
RECORD = f"/var/lib/darkpool/failures/{DRILL}.json"
BOX = "/var/lib/collector/alerts/system.json"
SERIES = f"system/{DRILL}"
MACHINE = "/var/lib/darkpool/host/host.json"
TOLD = {
    "unit": DRILL,
    "result": "exit-code",
    "exit_status": 1,
    "failed_at": "2026-11-20T17:00:00+00:00",
    "count": 1,
    "log": ["nothing has failed: this is a test"],
}


@pytest.mark.parametrize("path", FILES)
def test_only_the_collector_and_root_read_where_alerts_go_and_only_root_writes_it(
    host: Host, path: str
) -> None:
    assert root(host, "runuser -u collector -- test -r %s", path).rc == 0
    assert root(host, "runuser -u collector -- test -w %s", path).rc == 1
    with host.sudo():
        assert host.file(path).mode & 0o027 == 0


def test_whom_to_ping_is_a_secret_of_root_and_of_who_pings(host: Host) -> None:
    with host.sudo():
        kept = host.file("/etc/darkpool/ping_url")
        assert (kept.user, kept.group, kept.mode) == ("root", "darkpool-ping", 0o640)
    assert root(host, "runuser -u darkpool-ping -- test -r /etc/darkpool/ping_url").rc == 0
    assert root(host, "runuser -u collector -- cat /etc/darkpool/ping_url").rc != 0


def test_each_job_and_service_pings_where_there_is_a_switch(host: Host) -> None:
    wanted = bool(root(host, "cat /etc/darkpool/ping_url").stdout.strip())
    recorders = ("darkpool-failed@", "darkpool-recovered@", "darkpool-ping@")
    units = [unit for unit in written(host) if not unit.startswith(recorders)]
    silent = [
        unit for unit in units if (f"darkpool-ping@{unit}:start" in shown(host, unit)["Wants"]) is not wanted
    ]
    assert silent == [], f"of {len(units)}"


def test_cron_looks_at_the_system_by_its_unit(host: Host) -> None:
    assert f"root systemctl start {UNIT}" in root(host, "cat /etc/cron.d/darkpool-deliver").stdout
    assert shown(host, UNIT)["User"] == "collector"


@pytest.fixture
def released(host: Host) -> None:
    if root(host, "test -x /opt/collector/current/venv/bin/collector").rc:
        pytest.skip("nothing is released here")


@pytest.fixture
def muted(host: Host, released: None) -> None:
    """A drill tells nobody."""
    assert (
        root(host, "runuser -u collector -- /usr/local/bin/collector alerts mute %s --for 1h", SERIES).rc == 0
    )


@pytest.mark.usefixtures("muted")
def test_a_failed_unit_becomes_an_alert_that_the_unit_itself_may_read_and_keep(host: Host) -> None:
    try:
        root(host, "printf %%s %s >%s; chgrp adm %s; chmod 640 %s", json.dumps(TOLD), RECORD, RECORD, RECORD)
        began = root(host, "systemctl start %s", UNIT)
        assert began.rc == 0, began.stderr
        assert json.loads(root(host, "cat %s", BOX).stdout)["episodes"][SERIES]["resolved_at"] is None
        with host.sudo():
            assert (host.file(BOX).user, host.file(BOX).mode & 0o077) == ("collector", 0)
    finally:
        root(host, "rm -f %s", RECORD)


@pytest.fixture
def unset_clock(host: Host, released: None) -> Iterator[None]:
    """The look says that nobody sets the clock, and nobody is told of it."""
    if root(host, "systemctl start darkpool-host.service").rc:
        pytest.skip("nobody looks at the machine here")
    mute = "runuser -u collector -- /usr/local/bin/collector alerts mute system/clock --for 2m"
    assert root(host, mute).rc == 0
    facts = json.loads(root(host, "cat %s", MACHINE).stdout)
    facts["clock"]["synchronised"] = False
    facts["booted_at"] = None
    root(host, "printf %%s %s >%s", json.dumps(facts), MACHINE)
    yield
    root(host, "systemctl start darkpool-host.service")


@pytest.mark.usefixtures("unset_clock")
def test_what_the_look_at_the_machine_found_becomes_an_alert(host: Host) -> None:
    def last() -> str:
        # It is there for ten minutes after it is over.
        kept = json.loads(root(host, "cat %s", BOX).stdout or "{}")
        return str(kept.get("episodes", {}).get("system/clock", {}).get("active_at"))

    before = last()
    assert root(host, "systemctl start %s", UNIT).rc == 0
    assert last() != before
