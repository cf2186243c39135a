"""The machine itself: its time, its updates, its journal, its cron."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host


@pytest.fixture(scope="module")
def apt(host: Host) -> list[str]:
    return host.check_output("apt-config dump").splitlines()


def test_the_machine_lives_in_new_york_time(host: Host) -> None:
    assert host.check_output("timedatectl show --property Timezone --value") == "America/New_York"
    assert host.file("/etc/timezone").content_string.strip() == "America/New_York", "tzdata would set it back"


@pytest.mark.parametrize(
    ("utc", "local"), [("2026-01-15 14:30", "09:30 EST"), ("2026-07-15 13:30", "09:30 EDT")]
)
def test_the_market_opens_at_half_past_nine_in_winter_and_summer(host: Host, utc: str, local: str) -> None:
    assert host.check_output("date --date %s +'%%H:%%M %%Z'", f"{utc} UTC") == local


def test_cron_runs_and_has_been_told_the_time_zone(host: Host) -> None:
    assert host.service("cron").is_running
    assert host.service("cron").is_enabled
    started = host.check_output("stat --format %Y /proc/$(systemctl show --property MainPID --value cron)")
    zoned = host.check_output("stat --format %Z /etc/localtime")
    assert int(started) >= int(zoned), "cron reads the zone at its start, and started before it was set"


def test_security_updates_come_by_themselves_and_nothing_else_does(apt: list[str]) -> None:
    assert 'APT::Periodic::Unattended-Upgrade "1";' in apt
    assert 'APT::Periodic::Update-Package-Lists "1";' in apt
    origins = [
        line
        for line in apt
        if line.startswith(("Unattended-Upgrade::Origins", "Unattended-Upgrade::Allowed"))
    ]
    named = [line for line in origins if '""' not in line]
    assert named
    assert all("security" in line for line in named), named


def test_the_updates_are_really_scheduled(host: Host) -> None:
    for timer in ("apt-daily.timer", "apt-daily-upgrade.timer"):
        assert host.check_output("systemctl is-active %s", timer) == "active"
        assert host.check_output("systemctl is-enabled %s", timer) == "enabled"


def test_no_update_restarts_the_machine(apt: list[str]) -> None:
    assert 'Unattended-Upgrade::Automatic-Reboot "false";' in apt


def test_needrestart_asks_nobody_and_leaves_postgresql_alone(host: Host) -> None:
    program = (
        'our %nrconf; do "/etc/needrestart/needrestart.conf"; die $@ if $@;'
        ' my @kept = grep { "postgresql\\@15-main.service" =~ $_ && !$nrconf{override_rc}{$_} }'
        " keys %{$nrconf{override_rc}};"
        ' print "$nrconf{restart} ", scalar @kept'
    )
    assert host.check_output("perl -e %s", program) == "a 1"


def test_only_root_writes_what_root_runs(host: Host) -> None:
    places = "/etc/cron* /etc/systemd /etc/sudoers* /etc/pam.d /etc/profile.d /etc/init.d /etc/ssh /etc/apt"
    with host.sudo():
        assert host.check_output(f"find {places} ! -type l | wc -l") != "0"
        loose = host.check_output(f"find {places} ! -type l '(' ! -user root -o -perm /022 ')'")
    assert loose == ""


def test_the_journal_is_kept_over_restarts_and_stays_small(host: Host) -> None:
    with host.sudo():
        assert host.check_output("journalctl --header --boot | grep --max-count 1 '^File path'").startswith(
            "File path: /var/log/journal/"
        )
        limits = host.check_output("systemd-analyze cat-config systemd/journald.conf").splitlines()
    assert [line for line in limits if line.startswith("SystemMaxUse=")][-1] == "SystemMaxUse=200M"


def test_nothing_failed_to_start(host: Host) -> None:
    assert host.check_output("systemctl list-units --state=failed --no-legend --plain") == ""
