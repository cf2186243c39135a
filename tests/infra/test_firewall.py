"""The firewall, as it is in the kernel and as ufw says it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host

METADATA = "169.254.169.254"
# Of the range for documentation: whether anything answers there does not matter, only whether we let it out.
ELSEWHERE, UNDECLARED_PORT = "192.0.2.1", 9
FAMILIES = [("iptables", "ufw"), ("ip6tables", "ufw6")]


@pytest.fixture(scope="module")
def status(host: Host) -> list[str]:
    with host.sudo():
        return host.check_output("ufw status verbose").splitlines()


@pytest.fixture(scope="module")
def outgoing(status: list[str]) -> str:
    """What ufw does with what no rule names: allow or reject."""
    found = re.search(
        r"^Default: deny \(incoming\), (\w+) \(outgoing\), deny \(routed\)$", "\n".join(status), re.MULTILINE
    )
    assert found, status
    return found[1]


@pytest.fixture(scope="module")
def ssh_port(host: Host) -> str:
    with host.sudo():
        return host.check_output("sshd -T | sed -n 's/^port //p'").strip()


@pytest.fixture(scope="module")
def incoming(status: list[str]) -> list[tuple[str, str, str]]:
    """Rules for what comes in: port, action, from where; without what belongs to IPv6 alone or is a comment."""
    rules = [re.split(r"\s{2,}", line.split("#")[0].replace(" (v6)", "").strip()) for line in status]
    return [(rule[0], rule[1], rule[2]) for rule in rules if len(rule) == 3 and rule[1].endswith(" IN")]


def test_everything_is_refused_that_is_not_named(status: list[str], outgoing: str) -> None:
    assert "Status: active" in status
    assert outgoing in ("allow", "reject")


@pytest.fixture(scope="module")
def ports(host: Host, ssh_port: str) -> set[str]:
    """Ssh's alone; of a pair the database's too, and test_standby.py asks who reaches that."""
    with host.sudo():
        paired = host.file("/etc/darkpool-standby/settings.json").exists
    return {ssh_port, "5432"} if paired else {ssh_port}


@pytest.mark.parametrize(("tables", "prefix"), FAMILIES)
def test_the_kernel_drops_by_default_over_both_protocols(
    host: Host, outgoing: str, ports: set[str], tables: str, prefix: str
) -> None:
    with host.sudo():
        rules = host.check_output(f"{tables} --list-rules").splitlines()
    kept = "-P OUTPUT ACCEPT" if outgoing == "allow" else "-P OUTPUT DROP"
    assert {"-P INPUT DROP", "-P FORWARD DROP", kept} <= set(rules)
    let_in = [rule for rule in rules if rule.startswith(f"-A {prefix}-user-input ") and " ACCEPT" in rule]
    let_in += [
        rule for rule in rules if rule.startswith(f"-A {prefix}-user-input ") and "limit-accept" in rule
    ]
    assert let_in
    assert all(any(f"--dport {port} " in rule for port in ports) for rule in let_in)


@pytest.mark.parametrize("tables", ["iptables", "ip6tables"])
def test_nothing_is_let_in_ahead_of_the_firewalls_own_chains(host: Host, tables: str) -> None:
    with host.sudo():
        rules = host.check_output(f"{tables} --list-rules INPUT").splitlines()
    targets = {rule.split(" -j ")[1].split()[0] for rule in rules if rule.startswith("-A ")}
    assert targets
    assert {target for target in targets if not target.startswith(("ufw", "f2b-"))} == set()


def test_ssh_is_the_only_port_with_a_rule(incoming: list[tuple[str, str, str]], ports: set[str]) -> None:
    assert incoming
    assert {port for port, _, _ in incoming} == {f"{port}/tcp" for port in ports}


def test_no_stranger_may_knock_as_often_as_he_likes(incoming: list[tuple[str, str, str]]) -> None:
    assert {action for _, action, source in incoming if source == "Anywhere"} <= {"LIMIT IN"}


@pytest.mark.parametrize(("tables", "prefix"), FAMILIES)
def test_what_is_loaded_is_what_the_files_say(host: Host, tables: str, prefix: str) -> None:
    file = "/etc/ufw/user.rules" if prefix == "ufw" else "/etc/ufw/user6.rules"
    for chain in ("user-input", "user-output"):
        with host.sudo():
            loaded = host.run(f"{tables} --list-rules {prefix}-{chain} | grep -c ^-A").stdout
            written = host.run(f"grep -c '^-A {prefix}-{chain}' {file}").stdout
        assert loaded == written


def test_the_firewall_comes_back_after_a_restart(host: Host) -> None:
    assert host.service("ufw").is_enabled
    assert host.service("ufw").is_running
    assert "ENABLED=yes" in host.check_output("cat /etc/ufw/ufw.conf").splitlines()


def test_only_ssh_listens_where_others_can_reach_it(host: Host, ports: set[str]) -> None:
    sockets = [
        line.split() for line in host.check_output("ss -H --listening --numeric --tcp --udp").splitlines()
    ]
    reachable = {fields[4] for fields in sockets if not fields[4].startswith(("127.", "[::1]"))}
    assert reachable
    assert {address.rsplit(":", 1)[1] for address in reachable} == ports


def knocked(host: Host, person: str, address: str, port: int, chain: str) -> int:
    """How many packets the chain's REJECT rules caught while a person tried a TCP connection."""
    with host.sudo():
        before = rejected(host, chain)
        host.run(f"runuser -u %s -- timeout 1 bash -c 'exec 3<>/dev/tcp/{address}/{port}'", person)
        return rejected(host, chain) - before


def rejected(host: Host, chain: str) -> int:
    lines = host.check_output(f"iptables --verbose --numeric --exact --list {chain}").splitlines()
    return sum(int(line.split()[0]) for line in lines if " REJECT " in line)


def test_the_metadata_service_is_for_root_alone(host: Host) -> None:
    """A neighbour plays the service in a drill; here the kernel's counters say who is refused, wherever we are."""
    with host.sudo():
        people = [line.split(":") for line in host.check_output("getent passwd").splitlines()]
    others = [name for name, _, uid, *_ in people if int(uid) >= 1000 or name in ("collector", "postgres")]
    assert "nobody" in others
    refused = {name: knocked(host, name, METADATA, 80, "ufw-before-output") for name in [*others, "root"]}
    assert [name for name, packets in refused.items() if packets == 0] == ["root"]


def test_what_no_rule_names_goes_out_only_where_the_policy_lets_it(host: Host, outgoing: str) -> None:
    stopped = knocked(host, "nobody", ELSEWHERE, UNDECLARED_PORT, "ufw-reject-output")
    assert (stopped > 0) == (outgoing == "reject")
