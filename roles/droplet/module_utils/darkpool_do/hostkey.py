"""The host key that the laptop makes, and where it is written down before anybody connects.

The private half lies beside the inventory from before the droplet is asked for until its address is pinned; so a run
that is killed anywhere goes on where it was. The droplet carries a tag that names the key it was given.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .machine_facts import public_address
from .parts import JSON, Part
from .problems import Problem

if TYPE_CHECKING:
    from .settings import Settings

HEADER = "# Written by make droplet, which keeps it up to date. Yours to edit are the other files.\n"


class HostKey(Part):
    """A key for a droplet that is not there yet."""

    kind = "host key"
    local = True

    def ours(self) -> dict[str, JSON]:
        """Find what an earlier run made and has not pinned."""
        return {self.name: {}} if self.settings.host_key.exists() else {}

    def wished(self) -> dict[str, JSON]:
        """One, as long as there is no droplet."""
        return {} if self.made("droplet") else {self.name: {}}

    def create(self, name: str, description: JSON) -> JSON:
        """Make it, readable by its owner only."""
        file = self.settings.host_key
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.with_suffix(".pub").unlink(missing_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(file)],
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        return description

    def delete(self, name: str, thing: JSON) -> None:
        """Forget it."""
        del name, thing
        forget(self.settings)


class Pin(Part):
    """The line of known_hosts; ssh and Ansible talk to this server and to no other."""

    kind = "pinned host key"
    local = True

    def ours(self) -> dict[str, JSON]:
        """Find the lines of the droplet's addresses, whoever has written them."""
        return {address: {} for address in self._addresses() if _lines_of(self.settings.known_hosts, address)}

    def wished(self) -> dict[str, JSON]:
        """One for the address; while there is none nobody can be pinned."""
        address = address_of(self)
        return {address: {}} if address else {}

    def create(self, name: str, description: JSON) -> JSON:
        """Write the line of the key that this droplet was given.

        Raises:
            Problem: that key was made on another machine.
        """
        keys = [public(self.settings)] if self._is_given() else self._known_elsewhere()
        if not keys:
            raise Problem(
                f"droplet {self.name} ({name}) is there, but its host key is not known on this machine: copy "
                f"{self.settings.known_hosts} from the machine that made it, or add a line to it: {name}, a blank, and "
                "what `cat /etc/ssh/ssh_host_ed25519_key.pub` prints in the droplet's web console."
            )
        kept = _others(self.settings.known_hosts, name)
        lines = [f"{name} {key}" for key in keys]
        write(self.settings.known_hosts, "\n".join([*kept, *lines]) + "\n")
        return description

    def settle(self) -> None:
        """Pin a droplet that was made anew at an address that is known already, then forget the private half."""
        address = address_of(self)
        if address and self._is_given():
            self.create(address, {})
            forget(self.settings)

    def delete(self, name: str, thing: JSON) -> None:
        """Take the lines of the address out: somebody else gets it next."""
        del thing
        kept = _others(self.settings.known_hosts, name)
        write(self.settings.known_hosts, "".join(f"{line}\n" for line in kept))

    def _known_elsewhere(self) -> list[str]:
        """Return the keys that are pinned to another address of this very droplet, as when it gets a reserved one."""
        file = self.settings.known_hosts
        lines = [line for address in self._addresses() for line in _lines_of(file, address)]
        return list(dict.fromkeys(line.partition(" ")[2] for line in lines))

    def _addresses(self) -> list[str]:
        droplet, reserved = self.made("droplet"), self.made("reserved address")
        own = [public_address(droplet)] if droplet and public_address(droplet) else []
        return own + ([str(reserved["ip"])] if reserved and reserved.get("droplet") else [])

    def _is_given(self) -> bool:
        droplet = self.made("droplet")
        return bool(
            droplet and self.settings.host_key.exists() and tag(self.settings) in droplet.get("tags", [])
        )


class AddressFile(Part):
    """The file beside the inventory that says where the droplet is."""

    kind = "inventory file"
    local = True

    def ours(self) -> dict[str, JSON]:
        """Find it."""
        file = self.settings.address_file
        return {file.name: {"text": file.read_text()}} if file.exists() else {}

    def wished(self) -> dict[str, JSON]:
        """One, as soon as there is an address."""
        address = address_of(self)
        text = f"---\n{HEADER}ansible_host: {address}\n"
        return {self.settings.address_file.name: {"text": text}} if address else {}

    def create(self, name: str, description: JSON) -> JSON:
        """Write it."""
        del name
        write(self.settings.address_file, description["text"])
        return description

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Write it anew."""
        del thing
        return self.create(name, description)

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it."""
        del name, thing
        self.settings.address_file.unlink(missing_ok=True)


def address_of(part: Part) -> str:
    """Return where ssh goes: the reserved address, else the droplet's own."""
    reserved, droplet = part.made("reserved address"), part.made("droplet")
    if reserved and part.settings.reserved_ip:
        return str(reserved["ip"])
    return public_address(droplet) if droplet else ""


def public(settings: Settings) -> str:
    """Return the public half of the key that was made."""
    return settings.host_key.with_suffix(".pub").read_text().strip()


def tags_of(name: str) -> str:
    """Return how the tags begin that name host keys."""
    return f"{name}-key-"


def tag(settings: Settings) -> str:
    """Return the tag of a droplet that was given this key."""
    body = public(settings).split()[1]
    return tags_of(settings.name) + hashlib.sha256(body.encode()).hexdigest()[:16]


def forget(settings: Settings) -> None:
    """Delete both halves; the server has them, and rotates them."""
    settings.host_key.unlink(missing_ok=True)
    settings.host_key.with_suffix(".pub").unlink(missing_ok=True)


def write(file: Path, text: str, mode: int = 0o600) -> None:
    """Write a file whole or not at all, so that nobody ever reads half of it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _others(file: Path, address: str) -> list[str]:
    mine = _lines_of(file, address)
    return [line for line in _lines(file) if line not in mine]


def _lines_of(file: Path, address: str) -> list[str]:
    return [line for line in _lines(file) if address in line.split(" ")[0].split(",")]


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []
