"""The host key that the user data gave away is replaced in the first session, and no unknown one is believed."""

import re

import pytest

from testbed import bed as beds
from tests.faults.first_boot.conftest import SEED

UNCHANGED = re.compile(r"changed=0 +unreachable=0 +failed=0")
KEY = "/etc/ssh/ssh_host_ed25519_key"
GIVEN_AWAY = "/root/given_away"
STEPS = [
    "Rotate | The next host key",
    "Rotate | Both keys",
    "Rotate | The server shows",
    "Rotate | A new connection",
    "Rotate | No copy",
]
# A server that went down in the middle of a step leaves one of these.
CUT_SHORT = {
    "a next key that is half a file": f": >{KEY}.next",
    "the old key noted, the next one not in place": f"""
        ssh-keygen -q -t ed25519 -N '' -f {KEY}.next && rm {KEY}.next.pub
        ssh-keygen -y -f {KEY} >{KEY}.retired""",
}


@pytest.fixture(scope="module")
def laptop(rented):
    return rented({})


@pytest.fixture(scope="module")
def given_away(laptop):
    """The host key of the user data: its public text, the file that the laptop made, and a line of its private half."""
    file = laptop.bed.folder / "host_ed25519"
    return file.with_suffix(".pub").read_text().split()[1], file, file.read_text().splitlines()[4]


@pytest.fixture
def never_seen(laptop, given_away):
    """The droplet as after its first boot, whatever was done to it since."""
    laptop.bed.execute("droplet", "sh", "-euc", f"""
        rm -f {KEY}*; umask 077
        echo '{given_away[1].read_text()}' >{KEY}; cp {KEY} {GIVEN_AWAY}
        ssh-keygen -y -f {KEY} >{KEY}.pub; cp {SEED} /var/lib/cloud/instance/user-data.txt
        systemctl restart ssh""")  # fmt: skip
    laptop.known_hosts.write_text(f"darkpool-{laptop.bed.name} ssh-ed25519 {given_away[0]} host")
    assert laptop.gets_in()[0]


def shown(laptop):
    """Return the public key of the server's host key as it lies there."""
    return laptop.bed.execute("droplet", "ssh-keygen", "-y", "-f", KEY).split()[1]


def test_control_the_key_lies_on_the_droplet_in_copies_of_the_user_data(laptop, given_away):
    assert shown(laptop) == given_away[0] == laptop.pinned()[0]
    copies = {path.rsplit("/", 1)[1] for path in laptop.holds(given_away[2])}
    assert {"user-data.txt", "cloud-config.txt", "obj.pkl", "ssh_host_ed25519_key"} <= copies


def test_check_mode_replaces_nothing(laptop, given_away):
    code, said = laptop.comes_in("--check")
    assert code == 0, said[-3000:]
    assert shown(laptop) == given_away[0]


def test_the_first_session_replaces_it_and_the_second_changes_nothing(laptop, given_away):
    code, said = laptop.comes_in()
    assert code == 0, said[-3000:]
    assert laptop.pinned() == [shown(laptop)] != [given_away[0]]
    assert laptop.gets_in()[0]

    code, again = laptop.comes_in()
    assert code == 0, again[-3000:]
    assert UNCHANGED.search(again), again[-500:]


def test_what_is_left_of_it_is_what_the_provider_still_tells(laptop, given_away):
    assert laptop.holds(given_away[2]) == {SEED}


def test_the_new_key_stays_over_a_reboot_and_the_copies_that_come_back_change_nothing(laptop, given_away):
    before = shown(laptop)
    beds.reboot(laptop.bed)
    assert "status: done" in laptop.bed.execute("droplet", "cloud-init", "status", "--wait")
    assert len(laptop.holds(given_away[2])) > 1, "cloud-init keeps no copies: this says nothing"
    code, said = laptop.comes_in()
    assert code == 0, said[-3000:]
    assert UNCHANGED.search(said), said[-500:]
    assert laptop.pinned() == [shown(laptop)] == [before]


def test_whoever_has_the_old_key_is_not_believed_any_more(laptop, never_seen):
    daemon = f"/usr/sbin/sshd -i -f /dev/null -h {GIVEN_AWAY}"
    impostor = f"ProxyCommand=docker exec -i {laptop.bed.container('droplet')} {daemon}"
    assert laptop.gets_in("-o", impostor)[0], "control: before, nobody could tell them apart"
    code, said = laptop.comes_in()
    assert code == 0, said[-3000:]
    let_in, complaint = laptop.gets_in("-o", impostor)
    assert not let_in
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in complaint


@pytest.mark.usefixtures("never_seen")
@pytest.mark.parametrize("step", STEPS)
def test_a_laptop_that_dies_in_between_comes_in_at_once_and_the_next_run_finishes(
    laptop, given_away, step, tmp_path
):
    laptop.dies_at(step, tmp_path)
    assert laptop.gets_in()[0], "the server shows a key that the laptop does not know"
    finishes(laptop, given_away)


@pytest.mark.parametrize("left", CUT_SHORT.values(), ids=CUT_SHORT)
def test_a_server_that_died_in_between_finishes_in_the_next_run(laptop, given_away, never_seen, left):
    laptop.bed.execute("droplet", "sh", "-euc", left)
    finishes(laptop, given_away)


def test_a_key_that_is_in_place_but_not_shown_yet_is_shown_by_the_next_run(
    laptop, given_away, never_seen, tmp_path
):
    laptop.dies_at("Rotate | Both keys", tmp_path)
    name = f"darkpool-{laptop.bed.name} ssh-ed25519"
    following = laptop.bed.execute("droplet", "ssh-keygen", "-y", "-f", f"{KEY}.next").split()[1]
    laptop.known_hosts.write_text(f"{name} {given_away[0]}\n{name} {following}\n")
    moved = f"ssh-keygen -y -f {KEY} >{KEY}.retired; mv {KEY}.next {KEY}"
    laptop.bed.execute("droplet", "sh", "-euc", moved)
    finishes(laptop, given_away)


def finishes(laptop, given_away):
    code, said = laptop.comes_in()
    assert code == 0, said[-3000:]
    assert laptop.pinned() == [shown(laptop)] != [given_away[0]]
    assert laptop.gets_in()[0]
    assert laptop.bed.execute("droplet", "sh", "-c", f"echo {KEY}*").split() == [KEY, f"{KEY}.pub"]
    code, again = laptop.comes_in()
    assert code == 0, again[-3000:]
    assert UNCHANGED.search(again), again[-500:]
