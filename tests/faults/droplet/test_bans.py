"""Who guesses is shut out, over IPv4 and IPv6, and stays out whatever is restarted, until the command lets him in."""

import ipaddress
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from testbed.shell import wait_until

UNKNOWN = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
GUESS = ("trader", "-o PreferredAuthentications=password")
SECONDS_TO_BAN = 10
SECONDS_TO_BAN_AGAIN = 5
# A machine with three times the work that it has processors for is no droplet: it gets as long again.
OVERLOADED = 3 * (os.cpu_count() or 1)
# What takes a table away must not take away the container's own name resolution, which a droplet does not have there.
KEEP_NAMES = "sudo sh -c 'iptables-save -t nat > /run/nat && {} && iptables-restore < /run/nat'"
FLUSH = KEEP_NAMES.format("nft flush ruleset")
# `look` is what the timer starts every minute.
RESTARTS = {
    "ufw reload": "sudo ufw reload",
    "ufw": "sudo systemctl restart ufw",
    "nftables": KEEP_NAMES.format("systemctl restart nftables"),
    "fail2ban": "sudo systemctl restart fail2ban",
    "flush, ufw": f"{FLUSH} && sudo systemctl restart ufw",
    "flush, look": f"{FLUSH} && sudo systemctl start bans-in-force",
}


@pytest.fixture(scope="module")
def burglar(stranger):
    return stranger()


@pytest.fixture(scope="module")
def ssh_port(owner):
    return owner("sudo sshd -T | sed -n 's/^port //p'").strip()


def banned(owner):
    """What fail2ban reports; who restarts the firewall does not wait until it answers again."""
    owner("timeout 10 sh -c 'until sudo fail2ban-client ping >/dev/null 2>&1; do sleep 0.1; done'")
    return owner("sudo fail2ban-client get sshd banip").split()


def gets_in(burglar, target, port):
    """Whether anything of the daemon comes through; the ban refuses, and so would a limit that is used up."""
    said, _ = burglar.do(f"timeout 3 bash -c 'head -c 4 < /dev/tcp/{target}/{port}'")
    return "SSH-" in said


def test_the_fourth_bad_login_shuts_out_until_the_command_lets_in_again(burglar, owner, bed, ssh_port):
    for family, target in burglar.targets.items():
        address = burglar.addresses[family]
        for number in range(4):
            assert address not in banned(owner), f"{family}: banned after {number} failures"
            said, _ = burglar.ssh(*GUESS, password="guess", target=target)
            assert "Permission denied" in said, said
        wait_until(f"the ban of {address}", lambda who=address: who in banned(owner), SECONDS_TO_BAN)
        wait_until("its being in force", lambda at=target: not gets_in(burglar, at, ssh_port), 20)
    assert owner("id -un").strip() == "trader", "the owner must not be banned along"


# The droplet's own stopwatch: from the command's first moment until the kernel refuses every address again.
STOPWATCH = """
begun=$(date +%s%3N)
{restart} >/dev/null
for address in {addresses}; do
    until sudo nft list table inet f2b-table 2>/dev/null | grep -qF " $address"; do
        [ $(($(date +%s%3N) - begun)) -lt 30000 ] || break 2
        sleep 0.05
    done
done
echo $(($(date +%s%3N) - begun))
"""


@pytest.mark.parametrize("restart", RESTARTS)
def test_the_ban_is_in_force_within_seconds_of_a_restart(burglar, owner, ssh_port, restart):
    """The rate limit has let in four of five connections: if the ban does not refuse the next, nothing else does."""
    addresses = " ".join(burglar.addresses.values())
    said = owner(STOPWATCH.format(restart=RESTARTS[restart], addresses=addresses))
    most_s = SECONDS_TO_BAN_AGAIN * (2 if os.getloadavg()[0] > OVERLOADED else 1)
    assert int(said) < most_s * 1000
    with ThreadPoolExecutor() as pool:
        assert not any(pool.map(lambda at: gets_in(burglar, at, ssh_port), burglar.targets.values()))
    assert set(burglar.addresses.values()) <= set(banned(owner))
    assert "Status: active" in owner("sudo ufw status")


def test_the_command_lets_in_again(burglar, owner, bed):
    burglar.carry(bed.folder / "id_ed25519")
    for family, target in burglar.targets.items():
        owner(f"sudo fail2ban-client unban {burglar.addresses[family]}")
        said, code = burglar.ssh("trader", "-i /root/key", target=target)
        assert code == 0, f"{family}: the ban was not lifted: {said}"


def test_an_address_from_which_somebody_is_logged_in_is_not_banned(burglar, owner, bed):
    """The owner's agent may offer wrong keys beside an open session; the first test shows what happens without one."""
    burglar.carry(bed.folder / "id_ed25519")
    sheltered = another_address(burglar)
    said, code = burglar.do(f"ip address replace {sheltered} dev eth0")
    assert code == 0, said
    before = ignored(owner, sheltered)
    burglar.do(
        f"ssh {UNKNOWN} -b {sheltered} -f -i /root/key trader@{burglar.target} sleep 60 >/dev/null 2>&1"
    )
    for _ in range(4):
        said, _ = burglar.ssh(*GUESS, f"-b {sheltered}", password="guess")
        assert "Permission denied" in said, said
    wait_until(
        "the fourth failure's being read", lambda: ignored(owner, sheltered) - before >= 4, SECONDS_TO_BAN
    )
    assert sheltered not in banned(owner)


def another_address(machine):
    """One near the end of the machine's network, where the engine hands out none."""
    said, _ = machine.do("ip -o -4 address show dev eth0 primary")
    network = ipaddress.ip_interface(re.search(r"inet (\S+)", said)[1]).network
    return str(network.broadcast_address - 9)


def ignored(owner, address):
    return int(owner(f"sudo grep -c 'Ignore {address} by command' /var/log/fail2ban.log || true"))
