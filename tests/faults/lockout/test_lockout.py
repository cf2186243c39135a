"""The owner breaks the ways in, one after the other: each time it is refused before, or put back after.

The clock of the guard is set to 40 s here; an owner's is 120 s unless he says otherwise.
"""

import tempfile

import pytest

from testbed import bed as beds
from testbed.shell import run

REVERT_S = 40
# The clock, and what a revert and a try to log in take on a busy machine.
WITHIN_S = REVERT_S + 20
PUT_BACK = "were put back"


@pytest.fixture(autouse=True)
def the_way_in_is_open_before_and_after(owner):
    assert owner.gets_in()
    yield
    owner.gets_in_within(WITHIN_S)


def state(owner):
    """What decides who gets in, as it is on the disk."""
    files = "/etc/ssh/sshd_config.d/*.conf /etc/ufw/*.rules /etc/sudoers.d/* /home/*/.ssh/authorized_keys"
    return owner.past_ssh("sh", "-c", f"cat {files}; iptables -S; ip6tables -S")


def is_as(owner, before):
    """Say whether the owner gets in at once, nothing waits to be put back, and all is what it was."""
    return (
        owner.gets_in()
        and owner.past_ssh("darkpool-guard", "status") == "not armed"
        and state(owner) == before
    )


def test_a_list_without_the_admin_is_refused_before_anything_changes(owner, another_key):
    before = state(owner)
    code, said = owner.deploys(users_accounts=owner.people(ada=another_key))
    assert code != 0
    assert "users_accounts has nobody called trader with sudo: true" in said
    assert state(owner) == before


def test_a_typo_in_the_ssh_template_is_refused_before_anything_changes(owner):
    before = state(owner)
    code, said = owner.deploys_with("ssh", "vars/main.yml", 'permitrootlogin: "no"', 'permitrotlogin: "no"')
    assert code != 0
    assert "Bad configuration option: permitrotlogin" in said
    assert state(owner) == before


def test_rules_without_ssh_are_refused_before_anything_changes(owner):
    before = state(owner)
    code, said = owner.deploys(firewall_rules=[{"port": 9100, "proto": "tcp"}])
    assert code != 0
    assert "No rule lets" in said
    assert state(owner) == before


def test_the_wrong_key_for_the_admin_is_put_back(owner, another_key):
    before = state(owner)
    code, said = owner.deploys(users_accounts=owner.people(trader=another_key))
    assert code != 0
    assert PUT_BACK in said, said[-2000:]
    assert is_as(owner, before)


def test_an_ssh_daemon_that_lets_in_another_group_is_put_back(owner):
    before = state(owner)
    code, said = owner.deploys(ssh_groups=["nobody-is-in-it"])
    assert code != 0
    assert PUT_BACK in said, said[-2000:]
    assert is_as(owner, before)


def test_a_connection_that_the_owner_keeps_open_is_no_proof(owner):
    before = state(owner)
    # A socket's path has 108 characters at most.
    with tempfile.TemporaryDirectory(prefix="kept") as folder:
        kept = f"-F {owner.bed.ssh_config()} -o ControlMaster=auto -o ControlPersist=300 -o ControlPath={folder}/%C"
        run("ssh", *kept.split(), "droplet", "true")
        code, said = owner.deploys(ssh_groups=["nobody-is-in-it"], ansible_ssh_common_args=kept)
        run("ssh", *kept.split(), "-O", "exit", "droplet")
    assert code != 0
    assert PUT_BACK in said, said[-2000:]
    assert is_as(owner, before)


def test_an_ssh_daemon_on_a_port_that_the_firewall_keeps_shut_is_put_back(owner):
    before = state(owner)
    code, said = owner.deploys(ssh_port=2222, firewall_rules=[{"port": 22, "proto": "tcp"}])
    assert code != 0
    assert PUT_BACK in said, said[-2000:]
    assert is_as(owner, before)


def test_a_firewall_template_that_shuts_ssh_is_put_back(owner):
    before = state(owner)
    code, said = owner.deploys_with(
        "firewall", "templates/rules.j2", "'DROP' if action == 'deny' else 'ACCEPT'", "'DROP'"
    )
    assert code != 0
    assert PUT_BACK in said, said[-2000:]
    assert is_as(owner, before)


def test_when_the_laptop_dies_in_the_middle_the_server_puts_it_back_by_itself(owner):
    before = state(owner)
    owner.dies_before_the_proof(ssh_groups=["nobody-is-in-it"])
    assert not owner.gets_in(), "the drill broke nothing"
    owner.gets_in_within(WITHIN_S)
    assert is_as(owner, before)


def test_a_reboot_in_the_middle_puts_it_back_too(owner):
    before = state(owner)
    owner.dies_before_the_proof(ssh_groups=["nobody-is-in-it"])
    assert not owner.gets_in(), "the drill broke nothing"
    beds.reboot(owner.bed)
    owner.gets_in_within(20)
    assert is_as(owner, before)


def test_a_run_that_outlives_the_clock_is_told_so_and_leaves_nothing_of_its_change(owner):
    before = state(owner)
    rules = [{"port": 22, "proto": "tcp"}, {"port": 9100, "proto": "tcp"}]
    sleep = f"ansible.builtin.command: sleep {REVERT_S + 15}"
    slow = f"---\n- name: Configure | Something slow\n  {sleep}\n  changed_when: false\n"
    code, said = owner.deploys_with("firewall", "tasks/configure.yml", "---\n", slow, firewall_rules=rules)
    assert code != 0
    assert "give it a longer guard_revert_after_s" in said, said[-2000:]
    assert is_as(owner, before)


def test_without_the_guard_the_same_change_locks_the_owner_out(owner):
    owner.dies_before_the_proof(ssh_groups=["nobody-is-in-it"])
    owner.past_ssh("cp", "--archive", "/var/lib/darkpool-guard/armed", "/root/kept")
    owner.past_ssh("darkpool-guard", "keep")
    with pytest.raises(AssertionError, match="locked out"):
        owner.gets_in_within(REVERT_S + 10)
    owner.past_ssh("mv", "/root/kept", "/var/lib/darkpool-guard/armed")
    owner.past_ssh("darkpool-guard", "revert")
