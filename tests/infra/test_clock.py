"""The clock: right, kept right, and by nobody but chrony."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host

CAP_SYS_TIME = 25
OFF_AT_MOST_S = 0.1


@pytest.fixture(scope="module")
def may_set_it(host: Host) -> bool:
    """Say whether this machine owns its clock; a container shares its host's."""
    bounds = host.check_output("sed -n 's/^CapBnd:\\t//p' /proc/1/status")
    return bool(int(bounds, 16) >> CAP_SYS_TIME & 1)


def test_the_clock_is_right_where_the_machine_owns_it(host: Host, *, may_set_it: bool) -> None:
    with host.sudo():
        said = host.run("chronyc -c tracking")
    if may_set_it:
        offset, leap = said.stdout.strip().split(",")[4], said.stdout.strip().split(",")[-1]
        assert leap == "Normal", f"the clock follows nobody: {said.stdout}"
        assert abs(float(offset)) < OFF_AT_MOST_S
    else:
        assert host.check_output("systemctl show --value --property=ConditionResult chrony.service") == "no"


def test_its_settings_name_several_sources_and_open_no_port(host: Host) -> None:
    with host.sudo():
        said = host.check_output("chronyd -p").splitlines()
    assert [line for line in said if line.startswith("pool ")]
    assert {"port 0", "cmdport 0"} <= set(said)


def test_chrony_comes_back_after_a_restart_and_nothing_else_sets_the_clock(host: Host) -> None:
    assert host.check_output("systemctl is-enabled chrony.service") == "enabled"
    others = "systemd-timesyncd.service ntp.service ntpsec.service openntpd.service"
    assert "enabled" not in host.run(f"systemctl is-enabled {others}").stdout.split()
