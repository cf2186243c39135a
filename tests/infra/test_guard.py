"""The guard: nothing waits to be put back, and its clock starts and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testinfra.host import Host

TIMER = "darkpool-guard.timer"


def is_ticking(host: Host) -> bool:
    return host.run(f"systemctl is-active --quiet {TIMER}").rc == 0


def test_nothing_waits_to_be_put_back(host: Host) -> None:
    with host.sudo():
        assert host.check_output("darkpool-guard status") == "not armed"
    assert not is_ticking(host)


# Harmless on an owner's server too: what would be put back is what is there.
def test_the_clock_starts_stops_and_leaves_nothing_behind(host: Host) -> None:
    with host.sudo():
        host.check_output("darkpool-guard arm")
        try:
            assert is_ticking(host)
            assert host.check_output("darkpool-guard status").startswith("armed")
        finally:
            host.check_output("darkpool-guard keep")
        assert host.check_output("ls --almost-all /var/lib/darkpool-guard") == "lock"
    assert not is_ticking(host)


def test_whoever_keeps_what_is_not_armed_hears_so(host: Host) -> None:
    with host.sudo():
        kept = host.run("darkpool-guard keep")
    assert kept.rc == 1
    assert "put back already" in kept.stderr


def test_nonsense_is_refused(host: Host) -> None:
    with host.sudo():
        assert host.run("darkpool-guard disarmament").rc == 2


def test_only_root_can_use_it_and_see_the_copies(host: Host) -> None:
    with host.sudo("nobody"):
        refused = host.run("/usr/local/sbin/darkpool-guard status")
        assert refused.rc == 1
        assert "put sudo before it" in refused.stderr
        assert host.run("ls /var/lib/darkpool-guard").rc != 0


def test_after_a_reboot_the_files_are_back_before_ssh_and_firewall_start(host: Host) -> None:
    assert host.check_output("systemctl is-enabled darkpool-guard-boot.service") == "enabled"
    before = host.check_output("systemctl show --property Before --value darkpool-guard-boot.service").split()
    assert {"ufw.service", "ssh.service", "ssh.socket"} <= set(before)
    after = host.check_output("systemctl show --property Wants --value darkpool-guard-boot.service").split()
    assert "darkpool-guard.service" in after
