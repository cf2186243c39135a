"""The ssh daemon, asked what it does for a person and an address (sshd -T -C), not what its files say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from testinfra.host import Host


@pytest.fixture(
    scope="module",
    params=[
        "user=trader,host=laptop,addr=192.0.2.1",
        "user=root,host=laptop,addr=192.0.2.1",
        "user=root,host=localhost,addr=::1",
    ],
)
def daemon(host: Host, request: pytest.FixtureRequest) -> dict[str, list[str]]:
    with host.sudo():
        lines = host.check_output("sshd -T -C %s", request.param).splitlines()
    settings: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(" ")
        settings.setdefault(name, []).append(value)
    return settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("permitrootlogin", "no"),
        ("passwordauthentication", "no"),
        ("kbdinteractiveauthentication", "no"),
        ("hostbasedauthentication", "no"),
        ("permitemptypasswords", "no"),
        ("authenticationmethods", "publickey"),
        ("allowgroups", "ssh-users"),
        ("maxauthtries", "3"),
        ("x11forwarding", "no"),
        ("allowagentforwarding", "no"),
        ("allowstreamlocalforwarding", "no"),
        ("permittunnel", "no"),
        ("gatewayports", "no"),
        ("permituserenvironment", "no"),
        ("permituserrc", "no"),
        ("loglevel", "VERBOSE"),
    ],
)
def test_the_daemon_does(daemon: dict[str, list[str]], name: str, value: str) -> None:
    assert daemon[name] == [value]


def test_the_tunnel_reaches_the_database_and_nothing_else(daemon: dict[str, list[str]]) -> None:
    assert daemon["allowtcpforwarding"] == ["local"]
    assert daemon["permitopen"] == ["127.0.0.1:5432 localhost:5432"]


@pytest.mark.parametrize("kind", ["kexalgorithms", "ciphers", "macs", "hostkeyalgorithms"])
def test_no_weak_algorithm_is_offered(daemon: dict[str, list[str]], kind: str) -> None:
    weak = (
        "sha1",
        "md5",
        "cbc",
        "3des",
        "arcfour",
        "ssh-rsa",
        "ssh-dss",
        "nistp",
        "group1-",
        "group14",
        "umac-64",
    )
    offered = daemon[kind][0].split(",")
    assert offered
    assert [name for name in offered if any(part in name for part in weak)] == []
    assert [name for name in offered if kind == "macs" and "-etm@" not in name] == []


def test_what_is_recorded_today_cannot_be_read_by_tomorrows_computers(daemon: dict[str, list[str]]) -> None:
    assert all(name.startswith(("sntrup761", "mlkem768")) for name in daemon["kexalgorithms"][0].split(","))


def port(host: Host) -> str:
    with host.sudo():
        return host.check_output("sshd -T | sed -n 's/^port //p'")


def attempt(host: Host, *options: str) -> str:
    """Knock at the daemon from its own machine, as somebody who does not exist."""
    known = f"-F /dev/null -p {port(host)} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    return host.run(f"ssh {known} {' '.join(options)} nobody-at-all@127.0.0.1 true 2>&1; echo").stdout


def test_the_daemon_that_runs_has_read_its_files(host: Host) -> None:
    assert "no matching key exchange method" in attempt(host, "-o KexAlgorithms=curve25519-sha256")
    assert "Permission denied (publickey)" in attempt(host)


def test_ssh_listens_at_the_port_that_its_files_name_and_at_no_other(host: Host) -> None:
    # Where systemd holds the socket, it is systemd that listens until somebody comes.
    with host.sudo():
        lines = host.check_output("ss -Hltnp").splitlines()
        by_socket = host.run("systemctl is-active --quiet ssh.socket").rc == 0
    whose = ('(("sshd"', '(("systemd"', ',("systemd"', ',("sshd"') if by_socket else ('(("sshd"', ',("sshd"')
    at = {line.split()[3].rpartition(":")[2] for line in lines if any(name in line for name in whose)}
    assert at == {port(host)}


def test_the_host_key_is_none_that_the_user_data_gave_away(
    host: Host, record_property: Callable[[str, object], None]
) -> None:
    """A line of the public half is looked for, not of the private one: it is an argument of a process here."""
    key = "/etc/ssh/ssh_host_ed25519_key"
    with host.sudo():
        public = host.check_output(f"sed -n 4p {key}")
        copies = host.run("find /var/lib/cloud /run/cloud-init -type f").stdout.split()
        assert len(public) == 70
        assert host.run("grep -rlF %s /var/lib/cloud /run/cloud-init", public).stdout == ""
        assert host.check_output(f"echo {key}*") == f"{key} {key}.pub"
    if not copies:
        record_property("cannot_show", "no cloud-init was here, so there is no user data to look into")


def test_ssh_comes_back_after_a_restart(host: Host) -> None:
    states = {
        host.run("systemctl is-enabled %s", unit).stdout.strip() for unit in ("ssh.service", "ssh.socket")
    }
    assert "enabled" in states


def test_no_account_but_the_people_is_let_in(host: Host) -> None:
    accounts = host.check_output("cut -d: -f1 /etc/passwd").split()
    people = set(filter(None, host.check_output("getent group ssh-users").split(":")[3].split(",")))
    let_in = set()
    with host.sudo():
        for name in accounts:
            settings = host.check_output("sshd -T -C user=%s,host=laptop,addr=192.0.2.1", name).splitlines()
            groups = {line.split()[1] for line in settings if line.startswith("allowgroups ")}
            if not groups or groups & set(host.check_output("id --name --groups %s", name).split()):
                let_in.add(name)
    assert {"root", "nobody"} <= set(accounts)
    assert let_in == people


def test_accounts_of_services_have_no_shell(host: Host) -> None:
    # postgres keeps the one that its package gives it: its tools run by su. It is not let in by the test above.
    with_shell = host.check_output(
        "grep --invert-match --extended-regexp '/(nologin|false|sync)$' /etc/passwd"
    )
    people = set(filter(None, host.check_output("getent group ssh-users").split(":")[3].split(",")))
    assert {line.split(":")[0] for line in with_shell.splitlines()} - {"root", "postgres"} == people
