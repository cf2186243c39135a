"""What a second machine on the same network can reach of the droplet: ssh, over IPv4 and IPv6, and nothing else.

While it looks, a program on the droplet listens on a port that no rule names, so a scan that finds nothing there
speaks of the firewall and not of a server where nothing listens. Over UDP, nmap says `open` where something
answered; `open|filtered` is silence, which is all that a port behind a firewall that drops ever says.
"""

import contextlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from testbed.shell import run, wait_until
from tests.faults.droplet.conftest import LISTENER

HIDDEN = 8099
TCP = "nmap -n -Pn -sS --open --max-retries 1 --min-rate 10000 -oG -"
UDP = "nmap -n -Pn -sU --max-retries 1 --min-rate 100 -oG -"
UDP_PORTS = f"53,67-69,111,123,137,161,443,500,514,546,631,1194,1900,4500,5353,{HIDDEN},11211,51820"


@pytest.fixture(scope="module")
def outsider(stranger):
    return stranger()


@pytest.fixture(scope="module")
def neighbour(stranger):
    """Another machine, where ports are open: what the scanner must be able to see."""
    machine = stranger()
    machine.listens(HIDDEN)
    return machine


@pytest.fixture(scope="module")
def ssh_port(owner):
    return int(owner("sudo sshd -T | sed -n 's/^port //p'"))


@pytest.fixture(scope="module")
def hidden(bed, owner):
    """A program on the droplet that would talk to anybody."""
    run("docker", "cp", LISTENER, f"{bed.container('droplet')}:/root/listener.py")
    owner(f"sudo systemd-run --quiet --unit=drill-listener python3 /root/listener.py {HIDDEN}")
    asked = f"timeout 5 bash -c 'head -c 5 < /dev/tcp/127.0.0.1/{HIDDEN}'"
    wait_until("an answer of the listener at home", lambda: owner(f"{asked} || true") == "hello", 600)
    yield
    owner("sudo systemctl stop drill-listener; sudo rm /root/listener.py")


def scan(machine, family, how, ports, target):
    said, code = machine.do(f"{how} {'-6' if family == '-6' else ''} -p {ports} {target}", timeout_s=600)
    assert code == 0, said
    assert "1 host up" in said, f"nothing was scanned: {said}"
    return sorted(int(port) for port in re.findall(r"(\d+)/open/", said))


def test_of_all_tcp_ports_only_ssh_answers(outsider, ssh_port, hidden):
    """Both protocols at once: what takes time is waiting for answers that never come."""
    with ThreadPoolExecutor() as pool:
        found = pool.map(
            lambda family: scan(outsider, family, TCP, "-", outsider.targets[family]), outsider.targets
        )
    assert dict(zip(outsider.targets, found, strict=True)) == {
        family: [ssh_port] for family in outsider.targets
    }


def test_no_udp_port_answers_and_none_is_listened_on(outsider, owner, hidden):
    for family, target in outsider.targets.items():
        assert scan(outsider, family, UDP, UDP_PORTS, target) == []
    sockets = [line.split()[3] for line in owner("ss -Hlnu").splitlines()]
    reachable = [at for at in sockets if not at.startswith(("127.", "[::1]")) and f":{HIDDEN}" not in at]
    assert reachable == [], "it has no use for them"


@pytest.mark.parametrize("how", [TCP, UDP], ids=["tcp", "udp"])
def test_control_the_same_scan_finds_an_open_port_elsewhere(outsider, neighbour, how):
    for family, there in neighbour.addresses.items():
        assert scan(outsider, family, how, f"{HIDDEN - 1}-{HIDDEN}", there) == [HIDDEN]


def test_the_droplet_carries_no_packet_from_one_neighbour_to_another(outsider, neighbour, bed, owner):
    """With forwarding on, as any VPN or container engine would switch it on one day."""
    # The kernel tells the sender of the straight way before it asks the firewall.
    said, code = outsider.do("ip6tables -I INPUT -p icmpv6 --icmpv6-type redirect -j DROP")
    assert code == 0, said
    for family, there in neighbour.addresses.items():
        tables = "iptables" if family == "-4" else "ip6tables"
        with forwarding(bed):
            said, code = outsider.do(f"ip {family} route replace {there} via {outsider.targets[family]}")
            assert code == 0, said
            assert knock(outsider, there, HIDDEN) != "hello"
            owner(f"sudo {tables} -I FORWARD -j ACCEPT")
            try:
                assert knock(outsider, there, HIDDEN) == "hello", "control: the route leads nowhere at all"
            finally:
                owner(f"sudo {tables} -D FORWARD -j ACCEPT")
                outsider.do(f"ip {family} route del {there}")


@contextlib.contextmanager
def forwarding(bed):
    """A container's kernel settings are read-only, until one has the right to mount."""
    both = ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")
    before = [f"{name}={bed.execute('droplet', 'sysctl', '-n', name)}" for name in both]
    bed.execute("droplet", "mount", "-o", "remount,bind,rw", "/proc/sys")
    bed.execute("droplet", "sysctl", "-q", *(f"{name}=1" for name in both))
    try:
        yield
    finally:
        bed.execute("droplet", "sysctl", "-q", *before)
        bed.execute("droplet", "mount", "-o", "remount,bind,ro", "/proc/sys")


def knock(machine, address, port):
    said, _ = machine.do(f"timeout 3 bash -c 'head -c 5 < /dev/tcp/{address}/{port}'")
    return said.strip()
