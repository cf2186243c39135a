"""The record of who did what, and the evening's look at the packages' files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.infra.our_units import root, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from testinfra.host import Host

RULES = "/etc/audit/rules.d/10-darkpool.rules"
LOOK = "darkpool-integrity.service"
CAP_AUDIT_CONTROL = 30
# What the parser says of a rule that it understands, where no record is kept.
HARMLESS = {"The audit system is disabled", "Old style watch rules are slower"}
# In a user namespace the parser believes that it may; the kernel is then told nothing.
PARSE = f"while read -r line; do case $line in -[wa]*) unshare -Ur auditctl $line 2>&1;; esac; done <{RULES}"
WATCHED = (
    "/etc/passwd",
    "/etc/sudoers.d",
    "/etc/ssh",
    "/etc/ufw",
    "/etc/localtime",
    "/etc/systemd",
    "/etc/cron.d",
)


@pytest.fixture(scope="module")
def keeps_a_record(host: Host) -> bool:
    """Say whether this machine's kernel records for it; a container's records for its host."""
    bounds = host.check_output("sed -n 's/^CapBnd:\\t//p' /proc/1/status")
    return bool(int(bounds, 16) >> CAP_AUDIT_CONTROL & 1)


def test_what_decides_who_comes_in_is_watched_by_rules_that_are_understood(
    host: Host, record_property: Callable[[str, object], None], *, keeps_a_record: bool
) -> None:
    if keeps_a_record:
        rules = root(host, "auditctl -l").stdout
        assert "enabled 1" in root(host, "auditctl -s").stdout
    else:
        record_property(
            "cannot_show", "a container's kernel records for its host: the rules are parsed, not loaded"
        )
        said = set(root(host, PARSE).stdout.splitlines())
        assert said - HARMLESS == set()
        assert said, "the parser was not asked"
        rules = root(host, "cat %s", RULES).stdout
    lines = rules.splitlines()
    watched = {path for path in WATCHED if any(f"{path} -p wa" in line for line in lines)}
    assert watched == set(WATCHED)
    assert any("execve" in line and "euid=0" in line for line in lines), (
        "what people run as root is not recorded"
    )


def test_a_change_of_the_ways_in_is_recorded_with_who_made_it(
    host: Host, record_property: Callable[[str, object], None], *, keeps_a_record: bool
) -> None:
    if not keeps_a_record:
        record_property("cannot_show", "a container's kernel records for its host")
        assert shown(host, "auditd.service")["ConditionResult"] == "no", (
            "it would fail here, and look like a fault"
        )
        return
    assert shown(host, "auditd.service")["ActiveState"] == "active"
    root(host, "chmod --reference=/etc/sudoers.d /etc/sudoers.d")
    # The daemon writes in its own time.
    time.sleep(2)
    assert "/etc/sudoers.d" in root(host, "ausearch --key ways-in --start recent --interpret").stdout


def test_the_record_is_kept_after_a_restart(host: Host) -> None:
    assert host.check_output("systemctl is-enabled auditd.service") == "enabled"


def test_every_file_of_every_package_is_what_the_package_brought(host: Host) -> None:
    looked = root(host, "systemctl start %s", LOOK)
    assert looked.rc == 0, root(host, "journalctl -u %s -n 20 -o cat --no-pager", LOOK).stdout


def test_the_look_does_find_a_changed_file(host: Host) -> None:
    words = shown(host, LOOK)["ExecStart"].split("argv[]=")[1].split(" ;")[0]
    look = f"runuser -u nobody -- {words} debsums"
    victim = "/usr/share/doc/debsums/copyright"
    assert root(host, look).rc == 0
    try:
        root(host, "cp --archive %s /root/copyright && echo >>%s", victim, victim)
        found = root(host, look)
    finally:
        root(host, "mv /root/copyright %s", victim)
    assert (found.rc, found.stdout.strip()) == (2, victim)
