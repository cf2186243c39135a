"""What a second machine can try at the droplet's sshd, with no key, with a stolen one, and with sheer numbers."""

import time

import pytest

from tests.faults.droplet.conftest import forget_knocks, unheeded

# More than the daemon takes from one address (PerSourceMaxStartups), and more than it takes in all (MaxStartups).
HALF_OPEN = (
    "for i in $(seq 120); do (exec 3<>/dev/tcp/{target}/{port}; sleep 25) & done; sleep 3; echo open; wait"
)


@pytest.fixture(autouse=True)
def nobody_is_slowed_down(bed):
    """What the firewall does about so many tries is asked elsewhere; here the daemon itself must refuse."""
    yield
    forget_knocks(bed)


@pytest.fixture(scope="module")
def thief(stranger, bed):
    found = stranger()
    found.carry(bed.folder / "id_ed25519")
    said, code = found.ssh("trader", "-i /root/key")
    assert code == 0, f"the stolen key must let the admin in, or no refusal proves anything: {said}"
    with unheeded(bed, found):
        yield found


def answered(thief, user, options):
    """Try to log in until the daemon itself answers: it closes the door unheard on one with too many tries open."""
    for _ in range(3):
        said, code = thief.ssh(user, options)
        if "Connection closed by" not in said:
            break
        time.sleep(3)
    return said, code


@pytest.mark.parametrize("user", ["collector", "postgres", "root", "daemon"])
def test_the_admins_key_opens_no_other_account(thief, user):
    said, code = answered(thief, user, "-i /root/key")
    assert code != 0
    assert "Permission denied (publickey)" in said, said


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("KexAlgorithms=diffie-hellman-group14-sha256", "key exchange"),
        ("KexAlgorithms=ecdh-sha2-nistp256", "key exchange"),
        ("Ciphers=aes128-cbc", "cipher"),
        ("HostKeyAlgorithms=ecdsa-sha2-nistp256", "host key type"),
        ("HostKeyAlgorithms=ssh-rsa", "host key type"),
        ("HostKeyAlgorithms=rsa-sha2-512", "host key type"),
    ],
)
def test_an_old_algorithm_is_refused(thief, option, complaint):
    said, code = answered(thief, "trader", f"-i /root/key -o {option}")
    assert code != 0
    assert f"no matching {complaint}" in said, said


def test_an_old_mac_is_refused(thief):
    said, code = answered(thief, "trader", "-i /root/key -o Ciphers=aes256-ctr -o MACs=hmac-sha1")
    assert code != 0
    assert "no matching MAC" in said, said


def test_no_network_device_is_shared(thief):
    said, code = answered(thief, "trader", "-i /root/key -o ExitOnForwardFailure=yes -w 0:0")
    assert code != 0, said


@pytest.mark.parametrize("target", ["127.0.0.1:22", "169.254.169.254:80"])
def test_nothing_else_is_reached_through_the_tunnel(thief, target):
    said, code = answered(thief, "trader", f"-i /root/key -W {target}")
    assert code != 0
    assert "administratively prohibited" in said, said


def test_half_open_connections_do_not_keep_the_owner_out(thief, owner, stranger):
    port = owner("sudo sshd -T | sed -n 's/^port //p'")
    crowd = [stranger(), stranger()]
    for one in crowd:
        one.do(f"bash -c '{HALF_OPEN.format(target=one.target, port=port)}' >/dev/null 2>&1 &")
    time.sleep(4)
    held = owner(f"ss -Htn state established sport = :{port}")
    assert all(one.address in held for one in crowd), f"nobody holds the line, so this proves nothing: {held}"
    begun = time.monotonic()
    assert owner("id -un", timeout_s=20).strip() == "trader"
    assert time.monotonic() - begun < 8
