"""Two posts and two machines: `droplet` leads, `droplet-standby` follows; a failover exchanges the machines."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laptop.words import Refused

LEADER, FOLLOWER = "droplet", "droplet-standby"
CONFIGS = {LEADER: "ssh_config", FOLLOWER: "ssh_config_standby"}
PLAN = ".changing-places.partial"
UNREACHED = 255
ANSWERS_WITHIN_S = 12


class Silent(Exception):
    """The machine on a post does not answer."""


@dataclass(frozen=True)
class Post:
    """One of the two, as ssh reaches it; `sockets` keeps its connection for the next word."""

    inventory: Path
    name: str
    sockets: Path

    def ask(self, word: str, *, within_s: float = ANSWERS_WITHIN_S) -> dict[str, Any]:
        """What darkpool-standby answers there.

        Raises:
            Silent: nobody answers.
            Refused: it answers that it cannot.
        """
        config = self.inventory / CONFIGS[self.name]
        if not config.exists():
            raise Refused.because(f"{self.inventory} has no {self.name} that was deployed", "make standby")
        options = ("BatchMode=yes", "ConnectTimeout=8", "ServerAliveInterval=3", "ServerAliveCountMax=3",
                   "ControlMaster=auto", "ControlPersist=60", f"ControlPath={self.sockets}/%C")  # fmt: skip
        words = ["ssh", "-F", str(config), *(f"-o{option}" for option in options), self.name]
        try:
            done = subprocess.run(
                [*words, f"sudo -n darkpool-standby {word}"], capture_output=True, text=True,
                timeout=within_s, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Silent(f"no answer within {within_s:.0f} s") from None
        if done.returncode == UNREACHED:
            raise Silent(done.stderr.strip())
        if done.returncode:
            raise Refused.because(f"{self.name}: {done.stderr.strip()}", "docs/runbooks/failover.md")
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return answer


def change_places(inventory: Path) -> None:
    """Let both folders of host_vars and both ssh configurations change places, so that it can be finished later."""
    texts = {post: (inventory / CONFIGS[post]).read_text() for post in CONFIGS}
    others = {LEADER: texts[FOLLOWER], FOLLOWER: texts[LEADER]}
    plan = {
        "led": (inventory / "host_vars" / LEADER).stat().st_ino,
        "texts": {post: named(post, text) for post, text in others.items()},
    }
    put(inventory / PLAN, json.dumps(plan))
    finish(inventory)


def finish(inventory: Path) -> bool:
    """Do what is left of a change of places; say whether there was one."""
    plan = inventory / PLAN
    if not plan.exists():
        return False
    wanted = json.loads(plan.read_text())
    homes = inventory / "host_vars"
    one, other, between = homes / LEADER, homes / FOLLOWER, homes / ".changing"
    if not other.exists() or other.stat().st_ino != wanted["led"]:
        if not between.exists():
            one.rename(between)
        if not one.exists():
            other.rename(one)
        between.rename(other)
    for post, text in wanted["texts"].items():
        put(inventory / CONFIGS[post], text)
    plan.unlink()
    return True


def named(post: str, text: str) -> str:
    """The same way to a machine, under the name of a post."""
    return "".join(
        f"Host {post}\n" if line.startswith("Host ") else f"{line}\n" for line in text.splitlines()
    )


def put(file: Path, text: str) -> None:
    """Replace a file at once."""
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(text)
    partial.chmod(0o600)
    partial.replace(file)


def refuse_half_described(inventory: Path) -> None:
    """Both machines must be described where they can change places.

    Raises:
        Refused: one is not.
    """
    for post in CONFIGS:
        machine = inventory / "host_vars" / post / "machine.yml"
        if not machine.exists() or "ansible_host:" not in machine.read_text():
            raise Refused.because(
                f"{machine} does not say which machine that is: nothing was touched",
                "write its ansible_host and standby_address there",
            )


def bytes_of(lsn: str) -> int:
    """A place in the log as a number."""
    high, _, low = lsn.partition("/")
    return (int(high, 16) << 32) + int(low, 16)
