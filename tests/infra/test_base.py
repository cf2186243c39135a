"""The machine itself: its time, its updates, its journal, its cron."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import TYPE_CHECKING

import pytest

from tests.infra.our_units import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from testinfra.host import Host

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
# Before, during and after the session something is traded from four in the morning to eight in the evening.
LONGEST_IDLE_S = 7200
CLOSED = (20, 21, 22, 23, 0, 1, 2, 3)
ASK_THE_UPDATER = """
import importlib.machinery, types, apt
loader = importlib.machinery.SourceFileLoader("updater", "/usr/bin/unattended-upgrade")
updater = types.ModuleType("updater")
loader.exec_module(updater)
allowed = updater.get_allowed_origins()
places = {
    (place.origin, place.codename, place.label): place
    for package in apt.Cache() for version in package.versions for place in version.origins if place.origin
}
for name, place in places.items():
    print(*name, sep="/", end=f"={updater.is_allowed_origin(place, allowed)}\\n")
"""


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


def test_security_updates_come_by_themselves(apt: list[str]) -> None:
    assert 'APT::Periodic::Unattended-Upgrade "1";' in apt
    assert 'APT::Periodic::Update-Package-Lists "1";' in apt


def test_nothing_but_a_security_update_comes_by_itself(host: Host) -> None:
    """The updater's own answer for every place that a package of this machine could come from."""
    with host.sudo():
        answers = host.check_output("python3 -c %s", ASK_THE_UPDATER).splitlines()
    places = dict(line.split("=", 1) for line in answers)
    assert any("security" not in place for place in places), f"nothing to refuse: {places}"
    assert [place for place, taken in places.items() if taken == "True" and "security" not in place] == []
    # A system that says it is another one has its packages from where the updater does not look.
    at_home = host.system_info.distribution in " ".join(places).lower()
    assert not at_home or "True" in places.values(), f"no security update would come: {places}"


def test_the_updates_are_really_scheduled(host: Host) -> None:
    for timer in ("apt-daily.timer", "apt-daily-upgrade.timer"):
        assert host.check_output("systemctl is-active %s", timer) == "active"
        assert host.check_output("systemctl is-enabled %s", timer) == "enabled"


def test_no_update_restarts_the_machine_whenever_it_happens_to_run(apt: list[str]) -> None:
    assert 'Unattended-Upgrade::Automatic-Reboot "false";' in apt


@pytest.mark.parametrize("timer", ["apt-daily.timer", "apt-daily-upgrade.timer", "darkpool-reboot.timer"])
def test_updates_and_restarts_come_only_while_no_market_is_open(host: Host, timer: str) -> None:
    known = shown(host, timer)
    assert known["ActiveState"] == "active"
    assert known["Persistent"] == "no", "it would be made up for right after a start, at whatever hour"
    assert known["RandomizedDelayUSec"] == "0"
    schedule = re.search(r"OnCalendar=(.+?) ; next", known["TimersCalendar"])
    assert schedule, known
    # Asked as a machine in Tokyo, for two years: over all changes of the clock.
    said = host.check_output("TZ=Asia/Tokyo systemd-analyze calendar --iterations=730 %s", schedule[1])
    moments = re.findall(r"\(in UTC\): \w+ (\S+ \S+) UTC", said)
    assert len(moments) >= 730
    hours = {dt.datetime.fromisoformat(f"{at}+00:00").astimezone(NEW_YORK).hour for at in moments}
    assert hours <= set(CLOSED), schedule[1]


def test_where_no_update_asks_for_it_nothing_restarts(
    host: Host, record_property: Callable[[str, object], None]
) -> None:
    with host.sudo():
        if host.file("/run/reboot-required").exists:
            record_property("cannot_show", "an update asks for a restart; the next window is for it")
            assert "/run/reboot-required" in host.check_output("systemctl cat darkpool-reboot.target")
            return
        before = host.check_output("cat /proc/sys/kernel/random/boot_id; stat --format %Y /proc/1")
        host.check_output("systemctl start darkpool-reboot.target")
        assert shown(host, "darkpool-reboot.target")["ConditionResult"] == "no"
        assert host.check_output("cat /proc/sys/kernel/random/boot_id; stat --format %Y /proc/1") == before


def test_needrestart_asks_nobody_and_leaves_alone_what_would_hurt(host: Host) -> None:
    program = (
        'our %nrconf; do "/etc/needrestart/needrestart.conf"; die $@ if $@; print "$nrconf{restart}";'
        " for my $unit (@ARGV) { my @said = map { $nrconf{override_rc}{$_} }"
        " grep { $unit =~ $_ } keys %{$nrconf{override_rc}};"
        ' print " ", (@said && !grep({ $_ } @said)) ? "kept" : $unit }'
    )
    kept = (
        "postgresql@15-main.service collector.service dbus.service systemd-logind.service user@1000.service"
    )
    others = "ssh.service fail2ban.service chrony.service collector-stream.service"
    assert host.check_output(f"perl -e %s {kept} {others}", program) == f"a kept kept kept kept kept {others}"


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


@pytest.mark.parametrize(
    "path", ["/etc/cron.d", "/etc/cron.daily", "/etc/crontab", "/etc/sudoers.d", "/etc/ssh/sshd_config"]
)
def test_only_root_reads_what_root_is_told(host: Host, path: str) -> None:
    with host.sudo():
        assert host.run("runuser -u nobody -- ls -l /etc/passwd").rc == 0
        assert (
            host.run(
                "runuser -u nobody -- find %s -mindepth 0 -maxdepth 1 -type d -readable -o -type f -readable | grep .",
                path,
            ).rc
            != 0
        )


@pytest.fixture(scope="module")
def newcomer(host: Host) -> Iterator[str]:
    """An account made as a role or a person would make one, and gone afterwards."""
    name = "darkpool-drill"
    with host.sudo():
        host.run("userdel --remove %s", name)
        host.check_output("useradd --create-home --shell /usr/sbin/nologin %s", name)
    yield name
    with host.sudo():
        host.check_output("userdel --remove %s", name)


def test_a_new_home_is_its_owners_alone(host: Host, newcomer: str) -> None:
    with host.sudo():
        assert host.check_output("stat --format %%a:%%U /home/%s", newcomer) == f"700:{newcomer}"


def test_a_new_account_takes_no_weak_password_and_keeps_a_slow_sum_of_a_strong_one(
    host: Host, newcomer: str
) -> None:
    def set_to(password: str) -> int:
        with host.sudo():
            return host.run("printf '%%s:%%s' %s %s | chpasswd", newcomer, password).rc

    assert set_to("summer2026") != 0
    assert set_to("kOr9-vintage-Lantern-52!") == 0
    with host.sudo():
        kept = host.check_output("getent shadow %s", newcomer).split(":")[1]
        host.check_output("passwd --lock %s", newcomer)
    assert kept.startswith(("$y$", "$6$rounds=65536$")), kept[:4]


def test_no_persons_account_runs_out(host: Host, newcomer: str) -> None:
    """They have keys and no password: PAM would refuse the key until the password that is not there is changed."""
    with host.sudo():
        people = host.check_output("awk -F: '$3 >= 1000 && $3 < 60000 {print $1}' /etc/passwd").split()
        assert newcomer in people
        said = {name: host.check_output("LC_ALL=C chage --list %s", name) for name in people}
    assert {
        name for name, lines in said.items() if not re.search(r"Password expires\s*: never", lines)
    } == set()


def test_a_login_shell_shares_no_files_dumps_no_core_and_does_not_wait_for_ever(host: Host) -> None:
    said = host.check_output(
        "bash -lc 'umask; ulimit -Hc; echo $TMOUT; (TMOUT=0; echo changed) 2>&- || true'"
    )
    umask, core, idle = said.split()
    assert (umask, core) == ("0027", "0")
    assert 0 < int(idle) <= LONGEST_IDLE_S
    assert host.check_output("bash -lc 'bash -c \"echo \\$TMOUT\"'") == "", "it would end a script's read"


def test_a_session_puts_its_files_where_nobody_else_looks(host: Host) -> None:
    folder = host.check_output("echo $TMPDIR")
    assert folder == f"/tmp/user/{host.check_output('id --user')}"
    assert host.check_output("stat --format %%a %s", folder) == "700"


def test_there_is_some_swap_where_the_kernel_is_the_machines_own(
    host: Host, record_property: Callable[[str, object], None]
) -> None:
    if host.run("systemd-detect-virt --container").rc == 0:
        record_property(
            "cannot_show", "a container swaps on its host's kernel, so it gets no file to swap to"
        )
        assert not host.file("/swapfile").exists
        assert host.run("systemd-analyze verify /etc/systemd/system/swapfile.swap").rc == 0
    else:
        lines = host.check_output("tail -n +2 /proc/swaps").splitlines()
        assert lines, "nothing to swap to"
        with host.sudo():
            loose = [
                line
                for line in lines
                if line.startswith("/swapfile") and host.file("/swapfile").mode != 0o600
            ]
        assert loose == []
