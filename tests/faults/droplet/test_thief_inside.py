"""What somebody with the admin's key can make of his login beyond a shell: no way on, and none back.

Each attack is tried at the droplet's daemon and, as its control, at another one on the same machine that has no
configuration of ours: there it must succeed, or the refusal proves nothing.
"""

import pytest

from testbed.shell import run, wait_until
from tests.faults.droplet.conftest import FOLDER, forget_knocks, unheeded

OPEN = 2299
# As the system's own rule for passwords wants it.
PASSWORD = "kT9-vm2Lq_x7Rz-a"
# What sshd allows when nobody tells it, and what has to be switched on.
CARELESS = (
    "-f /dev/null -o UsePAM=yes -o X11Forwarding=yes -o XAuthLocation=/bin/true -o PermitUserEnvironment=yes"
)
KEY = "-i /root/key -o IdentitiesOnly=yes"
ANYBODY = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 -o LogLevel=ERROR"
POSTGRESQL = "/run/postgresql/.s.PGSQL.5432"


@pytest.fixture(scope="module")
def thief(stranger, bed):
    found = stranger()
    found.carry(bed.folder / "id_ed25519")
    run("docker", "cp", FOLDER / "talker.py", f"{bed.container(found.part)}:/root/talker.py")
    with unheeded(bed, found):
        yield found


@pytest.fixture(scope="module", autouse=True)
def careless(bed, thief):
    """A second daemon, for the thief alone."""
    gap = ["INPUT", "-s", thief.address, "-p", "tcp", "--dport", str(OPEN), "-j", "ACCEPT"]
    daemon = ["systemd-run", "--quiet", "--unit=drill-sshd", "/usr/sbin/sshd", "-D", "-p", str(OPEN)]
    bed.execute("droplet", *daemon, *CARELESS.split())
    bed.execute("droplet", "iptables", "-I", *gap)
    listening = ["ss", "-Hltn", f"sport = :{OPEN}"]
    wait_until("the careless daemon", lambda: bool(bed.execute("droplet", *listening)), 600)
    yield
    bed.execute("droplet", "iptables", "-D", *gap)
    bed.execute(
        "droplet", "sh", "-c", "systemctl stop drill-sshd; rm -f /home/*/.ssh/rc /home/*/.ssh/environment"
    )


@pytest.fixture(autouse=True)
def nobody_is_slowed_down(bed):
    forget_knocks(bed)


@pytest.fixture(scope="module")
def ours(owner):
    return int(owner("sudo sshd -T | sed -n 's/^port //p'"))


@pytest.fixture
def only_at_the_careless_one(thief, ours):
    """Try a shell command with {ssh} in it at both daemons: whether it says `word`."""

    def succeeds(command, word, key=KEY):
        said = {}
        for port in (ours, OPEN):
            ssh = f"ssh {ANYBODY} {key} -p {port}"
            said[port], _ = thief.do(command.format(ssh=ssh, who=f"trader@{thief.target}"))
        assert word in said[OPEN], f"control: the attack fails everywhere: {said[OPEN]}"
        assert word not in said[ours], said[ours]
        return said[ours]

    return succeeds


def through(options, talk):
    """Hold a connection open in the background, talk through it, end it."""
    held = f"{{ssh}} -N -o ExitOnForwardFailure=yes {options} {{who}}"
    return f"{held} & sleep 2; python3 /root/talker.py {talk}; kill $!"


def test_control_the_tunnel_reaches_postgresql(thief, ours):
    command = through("-L 5432:127.0.0.1:5432", "tcp 127.0.0.1 5432")
    said, _ = thief.do(command.format(ssh=f"ssh {ANYBODY} {KEY} -p {ours}", who=f"trader@{thief.target}"))
    assert "answer: b'N'" in said or "answer: b'S'" in said, said


def test_the_tunnel_reaches_no_other_port(only_at_the_careless_one):
    only_at_the_careless_one(through(f"-L 5555:127.0.0.1:{OPEN}", "tcp 127.0.0.1 5555"), "answer: b'SSH-2.0")


def test_the_tunnel_reaches_no_socket_of_the_machine(only_at_the_careless_one):
    talk = through(f"-L /tmp/s:{POSTGRESQL}", "unix /tmp/s")
    only_at_the_careless_one(f"rm -f /tmp/s; {talk}", "answer: b'N'")


def test_the_droplet_is_no_proxy(only_at_the_careless_one):
    talk = through("-D 1080", f"socks 127.0.0.1 1080 {OPEN}")
    only_at_the_careless_one(talk, "answer: b'SSH-2.0")


@pytest.mark.parametrize("option", ["-R 9999:127.0.0.1:22", "-R /tmp/door.sock:127.0.0.1:22", "-R 9998"])
def test_nothing_is_forwarded_backwards(only_at_the_careless_one, option):
    only_at_the_careless_one(
        f"{{ssh}} -o ExitOnForwardFailure=yes {option} {{who}} echo forwarded", "forwarded"
    )


def test_the_keys_of_who_logs_in_stay_at_home(only_at_the_careless_one):
    asks = "{ssh} -A {who} ssh-add -l"
    only_at_the_careless_one(f"ssh-agent sh -c 'ssh-add -q /root/key; {asks}'", "(ED25519)")


def test_no_window_is_opened_on_the_laptop(only_at_the_careless_one):
    only_at_the_careless_one("DISPLAY=:0 {ssh} -Y {who} 'echo display=$DISPLAY'", "display=localhost:")


@pytest.mark.parametrize("file", ["rc", "environment"])
def test_what_lies_in_a_home_folder_takes_no_part_in_a_login(only_at_the_careless_one, bed, file):
    text = {"rc": "echo planted", "environment": "LD_DEBUG_OUTPUT=planted"}[file]
    home = "runuser -u trader -- tee /home/trader/.ssh"
    bed.execute("droplet", "sh", "-c", f"echo '{text}' | {home}/{file}")
    only_at_the_careless_one("{ssh} {who} 'echo $LD_DEBUG_OUTPUT'", "planted")
    bed.execute("droplet", "rm", f"/home/trader/.ssh/{file}")


@pytest.mark.parametrize("road", ["password", "keyboard-interactive"])
def test_the_right_password_opens_nothing_by_any_road(only_at_the_careless_one, bed, road):
    before = bed.execute("droplet", "sh", "-c", "getent shadow trader | cut -d: -f2")
    bed.execute("droplet", "sh", "-c", f"echo 'trader:{PASSWORD}' | chpasswd")
    try:
        said = only_at_the_careless_one(
            f"sshpass -p '{PASSWORD}' {{ssh}} -o PreferredAuthentications={road} {{who}} echo inside",
            "inside",
            key="",
        )
    finally:
        bed.execute("droplet", "usermod", "--password", before, "trader")
    assert "Permission denied (publickey)" in said


def test_a_key_that_is_on_no_list_opens_nothing_alone(thief, ours):
    thief.do("test -e /root/own || ssh-keygen -q -t ed25519 -N '' -f /root/own")
    for key, opens in (("own", False), ("key", True)):
        ssh = f"ssh {ANYBODY} -i /root/{key} -o IdentitiesOnly=yes -p {ours} trader@{thief.target}"
        said, _ = thief.do(f"{ssh} echo inside")
        assert ("inside" in said) == opens, said
        assert ("Permission denied (publickey)" in said) != opens
