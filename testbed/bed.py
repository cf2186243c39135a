"""One test bed: a network with a droplet, the API simulator and, on request, a machine that attacks.

Everything a bed owns carries its name, so that several can stand side by side and one command ends each.
"""

from __future__ import annotations

import dataclasses
import hashlib
import ipaddress
import json
import os
import socket
from pathlib import Path

from testbed import images
from testbed.shell import TestbedError, lines, run, say, succeeds, wait_until

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache" / "testbed"
LABEL = "darkpool.testbed"
# Two checkouts on one machine would take each other's containers: TESTBED_PREFIX keeps them apart.
OWN = f"darkpool-{os.environ.get('TESTBED_PREFIX', '')}"
# What real systemd needs and an ordinary engine gives; see docs/decisions/0030-droplets-in-containers.md.
AS_A_SERVER = (
    "--cap-add", "NET_ADMIN", "--cap-add", "SYS_ADMIN", "--cap-add", "SYS_PTRACE",
    "--security-opt", "seccomp=unconfined", "--cgroupns=private",
    "--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec",  # noqa: S108 -- a mount inside the container
)  # fmt: skip
AS_RENTED = ("--memory", "2g", "--cpus", "1")


@dataclasses.dataclass(frozen=True)
class Bed:
    """The names and places of one test bed."""

    name: str
    system: str = "debian-12"

    @property
    def folder(self) -> Path:
        """Where keys and the ssh configuration of this bed are kept."""
        return CACHE / self.name

    @property
    def network(self) -> str:
        """Name of the bed's own network."""
        return f"{OWN}{self.name}"

    def container(self, part: str) -> str:
        """Return the name of the container that plays a part: droplet, simulator or lab."""
        return f"{OWN}{self.name}-{part}"

    def exists(self, part: str) -> bool:
        """Say whether that container is there, running or not."""
        return succeeds("docker", "container", "inspect", self.container(part))

    def is_running(self, part: str) -> bool:
        """Say whether that container runs."""
        if not self.exists(part):
            return False
        return run("docker", "inspect", "-f", "{{.State.Running}}", self.container(part)) == "true"

    def execute(self, part: str, *command: str, timeout_s: float = 120) -> str:
        """Run a command inside a container as root, past ssh: for tests and for looking, never to deploy."""
        return run("docker", "exec", self.container(part), *command, timeout_s=timeout_s)

    def ssh_config(self) -> Path:
        """Return the file that lets ssh, Ansible and testinfra reach the droplet by the name `droplet`."""
        return self.folder / "ssh_config"


@dataclasses.dataclass(frozen=True)
class Neighbour(Bed):
    """A second droplet on the network of another bed, with keys and an ssh port of its own."""

    beside: str = ""

    @property
    def network(self) -> str:
        """Name of the other bed's network, with which this droplet ends too."""
        return f"{OWN}{self.beside}"


def network_up(bed: Bed) -> None:
    """Make the bed's network if it is not there: IPv4 and IPv6, as a rented droplet has both."""
    if not succeeds("docker", "network", "inspect", bed.network):
        create = ("docker", "network", "create", "--label", f"{LABEL}={bed.network}")
        try:
            run(*create, "--ipv6", "--subnet", subnet_v6(bed), bed.network)
        except TestbedError as refused:
            say(f"this engine makes no IPv6 network, so this bed has none ({str(refused).splitlines()[-1]})")
            run(*create, bed.network)
    bed.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (bed.folder / "laptop_address").write_text(_gateway(bed))


def subnet_v6(bed: Bed) -> str:
    """Return a private IPv6 network that no other bed has: `fd` and a hash, as RFC 4193 wants it."""
    digest = hashlib.sha256(bed.network.encode()).digest()
    return str(ipaddress.ip_network((b"\xfd" + digest[:7] + bytes(8), 64)))


def _gateway(bed: Bed) -> str:
    """The address that the laptop's connections have on the droplet."""
    networks = json.loads(run("docker", "network", "inspect", "-f", "{{json .IPAM.Config}}", bed.network))
    return next(str(network["Gateway"]) for network in networks if ":" not in network["Subnet"])


def free_port() -> int:
    """Return a port that is free on loopback right now; it stays the container's over restarts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def lab_up(bed: Bed, part: str) -> None:
    """Start a machine that attacks, afresh; it is its own master, addresses and routes included."""
    image = images.lab(bed.system)
    remove(bed, part)
    run(
        "docker", "run", "--detach", "--name", bed.container(part), "--hostname", part, "--cap-add", "NET_ADMIN",
        "--network", bed.network, "--label", f"{LABEL}={bed.network}", image, "sleep", "infinity",
    )  # fmt: skip


def address(bed: Bed, part: str) -> str:
    """Return the IPv4 address of a part on the bed's network."""
    return _addresses(bed, part)["IPAddress"]


def address_v6(bed: Bed, part: str) -> str:
    """Return the IPv6 address of a part on the bed's network; empty where the engine makes none."""
    return _addresses(bed, part)["GlobalIPv6Address"]


def _addresses(bed: Bed, part: str) -> dict[str, str]:
    networks = json.loads(
        run("docker", "inspect", "-f", "{{json .NetworkSettings.Networks}}", bed.container(part))
    )
    found: dict[str, str] = networks[bed.network]
    return found


def reboot(bed: Bed) -> None:
    """Reboot the droplet the way its owner would, and wait until systemd says it is up."""
    before = _started_at(bed)
    succeeds("docker", "exec", bed.container("droplet"), "systemctl", "reboot")
    wait_until("the reboot", lambda: _started_at(bed) != before and bed.is_running("droplet"), 60)
    wait_for_boot(bed)


def wait_for_boot(bed: Bed) -> None:
    """Wait until the droplet's systemd has started everything.

    Raises:
        TestbedError: a unit failed; the message names it.
    """
    name = bed.container("droplet")
    wait_until(
        "systemd's start", lambda: succeeds("docker", "exec", name, "test", "-S", "/run/systemd/private"), 30
    )
    if not succeeds("docker", "exec", name, "systemctl", "is-system-running", "--wait", timeout_s=90):
        raise TestbedError(
            f"a unit failed on the droplet:\n{bed.execute('droplet', 'systemctl', '--failed')}"
        )


def remove(bed: Bed, part: str) -> None:
    """End one container, if it is there."""
    if bed.exists(part):
        run("docker", "rm", "--force", "--volumes", bed.container(part))


def down(bed: Bed) -> None:
    """End everything that carries the bed's name; keys and images are kept."""
    for name in lines(run("docker", "ps", "-aq", "--filter", f"label={LABEL}={bed.network}")):
        run("docker", "rm", "--force", "--volumes", name)
    if succeeds("docker", "network", "inspect", bed.network):
        run("docker", "network", "rm", bed.network)
    say(f"{bed.name}: droplet, simulator and network are gone")


def others_running() -> bool:
    """Say whether any container of any test bed is left."""
    return bool(run("docker", "ps", "-aq", "--filter", f"label={LABEL}"))


def _started_at(bed: Bed) -> str:
    return run("docker", "inspect", "-f", "{{.State.StartedAt}}", bed.container("droplet"))
