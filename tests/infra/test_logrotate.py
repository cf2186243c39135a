"""Log files: they stay small, and no line is lost when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testinfra.host import Host


def test_logs_are_looked_at_every_day_and_after_a_restart(host: Host) -> None:
    assert host.check_output("systemctl is-active logrotate.timer") == "active"
    assert host.check_output("systemctl is-enabled logrotate.timer") == "enabled"


def test_all_rules_are_read_without_a_complaint(host: Host) -> None:
    with host.sudo():
        rehearsal = host.run("logrotate --debug /etc/logrotate.conf")
    assert rehearsal.rc == 0
    assert "error:" not in rehearsal.stderr


def test_no_log_of_ours_is_copied_and_cut_which_loses_lines(host: Host) -> None:
    with host.sudo():
        ours = host.run("grep -l 'Managed by Ansible' -r /etc/logrotate.d").stdout.split()
        cut = host.run("grep -l copytruncate -r /etc/logrotate.d").stdout.split()
    assert ours
    assert set(ours).isdisjoint(cut)
