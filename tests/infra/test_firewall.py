"""The firewall, as it is in the kernel and as ufw says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host


@pytest.fixture(scope="module")
def status(host: Host) -> list[str]:
    with host.sudo():
        return host.check_output("ufw status verbose").splitlines()


def test_everything_is_refused_that_is_not_named(status: list[str]) -> None:
    assert "Status: active" in status
    assert "Default: deny (incoming), allow (outgoing), deny (routed)" in status


@pytest.mark.parametrize("tables", ["iptables", "ip6tables"])
def test_the_kernel_drops_by_default_over_both_protocols(host: Host, tables: str) -> None:
    with host.sudo():
        rules = host.check_output(f"{tables} --list-rules").splitlines()
    assert {"-P INPUT DROP", "-P FORWARD DROP", "-P OUTPUT ACCEPT"} <= set(rules)
    chain = "ufw-user-input" if tables == "iptables" else "ufw6-user-input"
    assert any(rule.startswith(f"-A {chain} ") and "--dport 22 " in rule for rule in rules)


@pytest.mark.parametrize("tables", ["iptables", "ip6tables"])
def test_nothing_is_let_in_ahead_of_the_firewalls_own_chains(host: Host, tables: str) -> None:
    with host.sudo():
        rules = host.check_output(f"{tables} --list-rules INPUT").splitlines()
    targets = {rule.split(" -j ")[1].split()[0] for rule in rules if rule.startswith("-A ")}
    assert targets
    assert {target for target in targets if not target.startswith(("ufw", "f2b-"))} == set()


def test_ssh_is_the_only_port_with_a_rule(status: list[str]) -> None:
    named = [
        line.split()[0]
        for line in status[status.index(next(x for x in status if x.startswith("--"))) + 1 :]
        if line
    ]
    assert named
    assert set(named) == {"22/tcp"}


@pytest.mark.parametrize("protocol", ["", " (v6)"])
def test_strangers_are_let_in_a_few_times_a_minute_only(status: list[str], protocol: str) -> None:
    rules = [" ".join(line.split()) for line in status]
    assert f"22/tcp{protocol} LIMIT IN Anywhere{protocol} # ssh" in rules
    assert f"22/tcp{protocol} ALLOW IN Anywhere{protocol} # ssh" not in rules


def test_what_is_loaded_is_what_the_files_say(host: Host) -> None:
    with host.sudo():
        loaded = host.check_output("iptables --list-rules ufw-user-input | grep -c ^-A")
        written = host.check_output("grep -c '^-A ufw-user-input' /etc/ufw/user.rules")
    assert loaded == written


def test_the_firewall_comes_back_after_a_restart(host: Host) -> None:
    assert host.service("ufw").is_enabled
    assert host.service("ufw").is_running
    assert "ENABLED=yes" in host.check_output("cat /etc/ufw/ufw.conf").splitlines()


def test_only_ssh_listens_where_others_can_reach_it(host: Host) -> None:
    sockets = [
        line.split() for line in host.check_output("ss -H --listening --numeric --tcp --udp").splitlines()
    ]
    reachable = {fields[4] for fields in sockets if not fields[4].startswith(("127.", "[::1]"))}
    assert reachable
    assert {address.rsplit(":", 1)[1] for address in reachable} == {"22"}
