"""What a person sees around a login."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host

NO_LONGER_THAN_S = 5


@pytest.fixture(scope="module")
def message(host: Host) -> str:
    """On a server that is hard at work the collector's answer may be cut off once: then its next one is looked at."""
    with host.sudo():
        for _ in range(3):
            said: str = host.check_output("run-parts --lsbsysinit /etc/update-motd.d")
            if "no answer within" not in said:
                break
    return said


def test_the_first_screen_tells_the_collectors_state_and_the_disks(message: str) -> None:
    released = "last run" in message and "next run" in message
    assert released or "nothing is released here yet" in message
    assert "% of / is used" in message


def test_a_failed_job_stands_on_the_first_screen_until_it_is_cleared(host: Host) -> None:
    record = "/var/lib/darkpool/failures/drill-of-the-message.service.json"
    with host.sudo():
        host.check_output(f"mkdir -p $(dirname {record}) && echo {{}} > {record}")
        try:
            assert "FAILED    drill-of-the-message.service" in host.check_output(
                "/etc/update-motd.d/50-darkpool"
            )
        finally:
            host.check_output(f"rm {record}")
        assert "drill-of-the-message" not in host.check_output("/etc/update-motd.d/50-darkpool")


def test_a_login_is_not_kept_waiting_by_it(host: Host) -> None:
    started = time.monotonic()
    with host.sudo():
        assert host.run("/etc/update-motd.d/50-darkpool").rc == 0
    assert time.monotonic() - started < NO_LONGER_THAN_S


def test_before_a_login_nothing_tells_what_system_this_is(host: Host) -> None:
    said = host.check_output("cat /etc/issue /etc/issue.net").lower()
    assert said.strip()
    assert [word for word in ("debian", "ubuntu", "linux", "\\n", "\\l", "\\s", "\\r") if word in said] == []
