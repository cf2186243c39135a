"""What stands behind a droplet of the fake: a container of the test bed, or nothing where only the API is asked."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path
from typing import Protocol

from testbed import bed as beds
from testbed import engine, images
from testbed.bed import AS_A_SERVER, AS_RENTED, LABEL, Bed
from testbed.digitalocean import catalog
from testbed.droplet import SEED
from testbed.shell import run, say, succeeds, wait_until

# Three networks of documentation: nobody answers there.
NOWHERE = "192.0.2."


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What a droplet's image makes of itself at its first boot."""

    number: int
    name: str
    image: str
    keys: tuple[str, ...]
    user_data: str


class Machines(Protocol):
    """Starts and ends what stands behind droplets."""

    def start(self, wanted: Wanted) -> tuple[str, str]:
        """Start one; return its IPv4 and IPv6 addresses when it has booted."""

    def end(self, number: int) -> None:
        """End one, with everything on it."""


class Nowhere:
    """No machine at all: addresses at which nobody answers."""

    def start(self, wanted: Wanted) -> tuple[str, str]:
        """Return addresses of their own."""
        return f"{NOWHERE}{wanted.number % 250 + 1}", f"2001:db8::{wanted.number:x}"

    def end(self, number: int) -> None:
        """Have nothing to end."""


class Containers:
    """A container a droplet, on the network of one bed."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed

    def start(self, wanted: Wanted) -> tuple[str, str]:
        """Start a fresh server, whose cloud-init gets user data and keys at its first boot."""
        engine.ensure()
        beds.network_up(self.bed)
        name = self._name(wanted.number)
        image = images.droplet(catalog.IMAGES[wanted.image][2], cloud_init=True)
        run(
            "docker", "create", "--name", name, "--hostname", wanted.name, "--network", self.bed.network,
            "--label", f"{LABEL}={self.bed.network}", *AS_RENTED, *AS_A_SERVER, image,
        )  # fmt: skip
        _hand_over(name, wanted)
        run("docker", "start", name)
        listening = ("docker", "exec", name, "sh", "-c", "test -n \"$(ss -Hltn 'sport = :22')\"")
        wait_until(f"the boot of {name}", lambda: succeeds(*listening), 60)
        networks = json.loads(run("docker", "inspect", "-f", "{{json .NetworkSettings.Networks}}", name))
        found = networks[self.bed.network]
        say(f"{name} is the droplet {wanted.name} at {found['IPAddress']}")
        return found["IPAddress"], found["GlobalIPv6Address"]

    def end(self, number: int) -> None:
        """Remove the container."""
        name = self._name(number)
        if succeeds("docker", "container", "inspect", name):
            run("docker", "rm", "--force", "--volumes", name)

    def _name(self, number: int) -> str:
        return self.bed.container(f"do{number}")


def _hand_over(name: str, wanted: Wanted) -> None:
    """Put what the metadata service says where cloud-init looks: the provider's words, and the owner's user data."""
    meta = {"instance-id": f"do{wanted.number}", "local-hostname": wanted.name, "public-keys": wanted.keys}
    with tempfile.TemporaryDirectory() as folder:
        for file, text in (("meta-data", json.dumps(meta)), ("user-data", wanted.user_data)):
            written = Path(folder) / file
            written.write_text(text)
            written.chmod(0o600)
            run("docker", "cp", written, f"{name}:{SEED}/{file}")
