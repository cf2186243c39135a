"""ssh moves to another port where a socket listens for the daemon, as on Ubuntu 24.04."""

import re

import pytest

from testbed import bed as beds
from testbed import droplet, engine
from testbed.shell import run
from tests.faults.lockout.conftest import Owner
from tests.faults.lockout.test_lockout import WITHIN_S

PORT, NOWHERE = 2222, 2223
UNCHANGED = re.compile(r"changed=0 +unreachable=0 +failed=0")


@pytest.fixture(scope="module")
def mover(tmp_path_factory):
    bed = beds.Bed("lockout-port", "dressed-ubuntu-24.04")
    engine.ensure()
    beds.network_up(bed)
    droplet.up(bed, fresh=True)
    person = Owner(bed, tmp_path_factory.mktemp("lockout-port"))
    goes_to(person, 22)
    code, said = person.deploys()
    assert code == 0, said[-3000:]
    yield person
    beds.down(bed)


def goes_to(owner, port):
    """Let the owner's ssh go to a port of the droplet itself: the bed publishes one port only."""
    way = f"HostName {beds.address(owner.bed, 'droplet')}\n  Port {port}\n"
    file = owner.bed.ssh_config()
    file.write_text(re.sub(r"HostName \S+\n +Port \d+\n", way, file.read_text()))


def listened_at(owner):
    """Return the ports at which anything can be reached from outside."""
    sockets = [line.split()[3] for line in owner.past_ssh("ss", "-Hltn").splitlines()]
    return {int(at.rpartition(":")[2]) for at in sockets if not at.startswith(("127.", "[::1]"))}


def test_control_it_is_a_socket_that_listens(mover):
    assert mover.past_ssh("systemctl", "is-active", "ssh.socket") == "active"
    assert listened_at(mover) == {22}


def test_after_the_move_it_listens_at_the_new_port_and_not_at_the_old_one(mover):
    code, said = mover.deploys(ssh_port=PORT, connection_proof_port=PORT)
    assert code == 0, said[-3000:]
    assert listened_at(mover) == {PORT}
    assert not mover.gets_in()
    goes_to(mover, PORT)
    assert mover.gets_in()


def test_the_next_run_finds_it_there_and_changes_nothing(mover):
    code, said = mover.deploys(ssh_port=PORT)
    assert code == 0, said[-3000:]
    assert UNCHANGED.search(said), said[-500:]


def test_the_servers_own_tests_look_for_it_there(mover):
    files = ["tests/infra/test_ssh.py", "tests/infra/test_firewall.py"]
    said = run("scripts/verify.sh", mover.bed.ssh_config(), *files)
    assert "census: 2 of 2 due infra files ran" in said


@pytest.mark.parametrize("again", ["a restart", "a reboot"])
def test_it_stays_there_after(mover, again):
    if again == "a reboot":
        beds.reboot(mover.bed)
    else:
        mover.past_ssh("sh", "-c", "systemctl stop ssh.service; systemctl restart ssh.socket")
    assert listened_at(mover) == {PORT}
    assert mover.gets_in()


def test_a_move_that_was_not_announced_is_put_back(mover):
    code, said = mover.deploys(ssh_port=NOWHERE)
    assert code != 0
    assert "run it once with -e connection_proof_port=PORT" in said, said[-2000:]
    assert listened_at(mover) == {NOWHERE}, "control: nothing was moved, so nothing can be put back"
    mover.gets_in_within(WITHIN_S)
    assert listened_at(mover) == {PORT}
