"""The people: who may log in, with what, and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testinfra.host import Host


def members(host: Host) -> set[str]:
    return set(filter(None, host.check_output("getent group ssh-users").split(":")[3].split(",")))


def test_whoever_looks_is_one_of_the_people_who_may_log_in(host: Host) -> None:
    looks_as = host.check_output('echo "${SUDO_USER:-$(id --user --name)}"')
    assert looks_as in members(host)


def test_nobody_but_people_may_log_in(host: Host) -> None:
    people = members(host)
    assert people
    for name in people:
        person = host.user(name)
        assert person.uid >= 1000, f"{name} is an account of the system"
        assert person.shell == "/bin/bash"


def test_no_account_has_a_password(host: Host) -> None:
    with host.sudo():
        shadow = [line.split(":")[:2] for line in host.check_output("cat /etc/shadow").splitlines()]
    assert {"root"} <= {name for name, _ in shadow}
    assert [name for name, password in shadow if not password.startswith(("!", "*"))] == []


def test_there_is_one_root(host: Host) -> None:
    accounts = [line.split(":")[:3] for line in host.check_output("getent passwd").splitlines()]
    assert [name for name, _, number in accounts if number == "0"] == ["root"]


def test_keys_can_be_changed_by_their_owner_only(host: Host) -> None:
    with host.sudo():
        for name in members(host):
            keys = host.file(f"/home/{name}/.ssh/authorized_keys")
            assert keys.user == name
            assert keys.mode & 0o077 == 0
            assert host.run("ssh-keygen -l -f %s", keys.path).rc == 0, "a line in it is no key"


def test_sudo_asks_for_no_password_and_its_rules_are_sound(host: Host) -> None:
    with host.sudo():
        assert host.run("visudo --check").rc == 0
    assert host.check_output("sudo --non-interactive id --user") == "0"


def test_only_people_who_may_log_in_have_sudo(host: Host) -> None:
    with host.sudo():
        answers = host.check_output(
            "getent passwd | cut -d: -f1 | while read -r name; do sudo -l -U $name; done | grep 'may run the following'"
        )
    powerful = {answer.split()[1] for answer in answers.splitlines()}
    assert powerful
    assert powerful - {"root"} <= members(host)


def test_services_cannot_log_in(host: Host) -> None:
    with host.sudo():
        lines = host.check_output("getent passwd").splitlines()
    for line in lines:
        name, _, uid, *_, shell = line.split(":")
        if 0 < int(uid) < 1000 and name not in {"sync", "postgres"}:
            assert shell in {"/usr/sbin/nologin", "/bin/false", "/sbin/nologin"}, f"{name} has {shell}"
