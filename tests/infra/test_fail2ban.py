"""Bans: asked of fail2ban, and of the kernel that has to carry them out.

The addresses are from the ranges that are reserved for documentation, so nobody is hurt on a live server.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from testinfra.host import Host


NOBODY = "203.0.113.77"
NOBODY_V6 = "2001:db8::77"
JOURNAL = "_SYSTEMD_UNIT=ssh.service + _COMM=sshd + _COMM=sshd-session"


def client(host: Host, *words: str) -> str:
    # The minute's look, or another test, may have just restarted it.
    assert becomes(lambda: answers(host))
    with host.sudo():
        return host.check_output("fail2ban-client " + " ".join(["%s"] * len(words)), *words)


def answers(host: Host) -> bool:
    with host.sudo():
        # While it is down it ends with 255, which would be taken for a failure of ssh itself.
        return host.run("fail2ban-client ping || false").rc == 0


def shut_out(host: Host, jail: str = "sshd") -> str:
    """All that the kernel refuses for one jail: these tests come back too often in a day for the other."""
    sets = f"nft list set inet f2b-table addr-set-{jail}; nft list set inet f2b-table addr6-set-{jail}"
    with host.sudo():
        return host.run(sets).stdout


@pytest.fixture(params=[NOBODY, NOBODY_V6])
def banned(host: Host, request: pytest.FixtureRequest) -> Iterator[str]:
    client(host, "set", "sshd", "banip", request.param)
    yield request.param
    client(host, "unban", request.param)


def becomes(check: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def test_it_runs_and_comes_back_after_a_restart(host: Host) -> None:
    assert host.service("fail2ban").is_running
    assert host.service("fail2ban").is_enabled


@pytest.mark.parametrize(
    ("what", "value"),
    [("maxretry", "4"), ("findtime", "600"), ("bantime", "3600"), ("actions", "nftables-allports")],
)
def test_the_fourth_bad_login_within_ten_minutes_shuts_out_for_an_hour(
    host: Host, what: str, value: str
) -> None:
    assert client(host, "get", "sshd", what).splitlines()[-1] == value


def test_a_restart_of_the_firewall_and_every_minute_bring_a_look_at_the_bans(host: Host) -> None:
    assert "nftables.service" in host.check_output("systemctl show --property PartOf --value ufw").split()
    assert host.service("bans-in-force.timer").is_enabled
    assert host.service("bans-in-force.timer").is_running


@pytest.mark.parametrize(("unit", "most"), [("fail2ban", 1.4), ("bans-in-force", 1.4)])
def test_what_reads_strangers_words_is_kept_in_a_sandbox(host: Host, unit: str, most: float) -> None:
    with host.sudo():
        said = host.check_output("systemd-analyze security --no-pager %s.service | tail -n 1", unit)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= most


def test_the_third_ban_within_a_day_is_the_long_one(host: Host) -> None:
    """A new address each time, as what was banned today counts."""
    somebody = f"2001:db8::{secrets.randbelow(2**16):x}:{secrets.randbelow(2**16):x}"
    for number in range(3):
        assert somebody not in client(host, "get", "recidive", "banip"), f"already after {number} bans"
        client(host, "set", "sshd", "banip", somebody)
        client(host, "set", "sshd", "unbanip", somebody)
    try:
        assert becomes(lambda: somebody in client(host, "get", "recidive", "banip").split(), 10)
        assert becomes(lambda: somebody in shut_out(host, "recidive"))
    finally:
        client(host, "unban", somebody)


def test_who_comes_back_stays_out_for_a_week(host: Host) -> None:
    assert client(host, "get", "recidive", "bantime") == "604800"
    assert "/var/log/fail2ban.log" in client(host, "get", "recidive", "logpath")


def test_the_server_never_bans_itself(host: Host) -> None:
    ignored = client(host, "get", "sshd", "ignoreip")
    assert "127.0.0.0/8" in ignored
    assert "::1" in ignored


@pytest.mark.parametrize("jail", ["sshd", "recidive"])
@pytest.mark.parametrize("stranger", [NOBODY, NOBODY_V6])
def test_no_stranger_is_excused_from_bans(host: Host, jail: str, stranger: str) -> None:
    lines = client(host, "get", jail, "ignoreip").splitlines()
    excused = [ipaddress.ip_network(line.split("- ")[1], strict=False) for line in lines if "- " in line]
    assert len(excused) >= 2, lines
    address = ipaddress.ip_address(stranger)
    # Everything (0.0.0.0/0) is shown without its mask.
    assert [str(net) for net in excused if net.network_address.is_unspecified or address in net] == []


def test_it_reads_what_the_ssh_daemon_says(host: Host) -> None:
    with host.sudo():
        seen = host.check_output(f"journalctl --quiet --lines 5 --output cat {JOURNAL}")
    assert seen, "an empty match would never ban anybody"
    assert JOURNAL in client(host, "get", "sshd", "journalmatch")


@pytest.mark.parametrize(
    "line",
    [
        "Invalid user oracle from 203.0.113.77 port 4242",
        "User root from 203.0.113.77 not allowed because none of user's groups are listed in AllowGroups",
        "Connection closed by authenticating user trader 203.0.113.77 port 4242 [preauth]",
        "Disconnected from authenticating user trader 203.0.113.77 port 4242 [preauth]",
    ],
)
def test_every_kind_of_bad_login_counts(host: Host, line: str) -> None:
    assert any(pattern.search(line) for pattern in failing(host))


@pytest.mark.parametrize(
    "line",
    [
        "Connection from 203.0.113.77 port 4242 on 203.0.113.1 port 22",
        "Connection closed by 203.0.113.77 port 4242 [preauth]",
        "Failed publickey for trader from 203.0.113.77 port 4242 ssh2: ED25519 SHA256:abc",
        "Accepted publickey for trader from 203.0.113.77 port 4242 ssh2: ED25519 SHA256:abc",
    ],
)
def test_a_look_or_a_second_key_does_not_count(host: Host, line: str) -> None:
    assert not any(pattern.search(line) for pattern in failing(host))


def failing(host: Host) -> list[re.Pattern[str]]:
    """The jail's patterns that count as a failure; the others only help it to tell connections apart."""
    lines = client(host, "get", "sshd", "failregex").splitlines()
    patterns = [line.split("]: ", 1)[1] for line in lines if "]: " in line]
    return [
        re.compile(pattern) for pattern in patterns if "nofail" not in pattern and "mlfgained" not in pattern
    ]


def test_a_ban_is_in_the_kernel_until_it_is_lifted_by_its_command(host: Host) -> None:
    for address in (NOBODY, NOBODY_V6):
        client(host, "set", "sshd", "banip", address)
        assert becomes(lambda address=address: address in shut_out(host))
        client(host, "set", "sshd", "unbanip", address)
        assert becomes(lambda address=address: address not in shut_out(host))
        client(host, "unban", address)  # from the jail for those who come back, too


@pytest.mark.parametrize(
    "restart",
    [
        "systemctl restart ufw",
        "ufw reload",
        "systemctl restart fail2ban",
        # What a hand that flushes does to us, without flushing what may be others' on a live server.
        "nft delete table inet f2b-table && systemctl start bans-in-force",
        "nft delete table inet f2b-table && systemctl restart ufw",
    ],
)
def test_a_ban_outlives_a_restart(host: Host, banned: str, restart: str) -> None:
    assert becomes(lambda: banned in shut_out(host))
    with host.sudo():
        host.check_output(restart)
    assert becomes(lambda: answers(host)), "it does not start again"
    assert becomes(lambda: banned in shut_out(host), 20), "reported as banned, but let in"
    assert becomes(lambda: answers(host) and banned in client(host, "get", "sshd", "banip"))
