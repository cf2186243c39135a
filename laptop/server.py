"""The server as ssh reaches it: by the name and the pinned key that a deploy wrote down."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from laptop.words import Refused

LOG = "/var/log/collector/collector.log"


class Server:
    """One deployed server."""

    def __init__(self, inventory: Path) -> None:
        self.inventory = inventory
        self.config = inventory / "ssh_config"
        if not self.config.exists():
            raise Refused.because(f"{inventory} has no server that was deployed yet", "make deploy")

    def words(self, *options: str) -> list[str]:
        """Ssh to it, up to its name; what follows is the remote command."""
        return ["ssh", "-F", str(self.config), *options, "droplet"]

    def become(self, *remote: str, terminal: bool = False) -> NoReturn:
        """Be that ssh from here on, so that its output, keys and exit code are ours."""
        words = self.words(*(["-t"] if terminal else [])) + list(remote)
        sys.stdout.flush()
        os.execvp(words[0], words)  # noqa: S606 - a list without a shell

    def ask(self, remote: str) -> str:
        """What a command there prints.

        Raises:
            Refused: the server was not reached, or the command failed.
        """
        done = subprocess.run([*self.words(), remote], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused.because(
                f"the server did not answer `{remote}`: {done.stderr.strip()}",
                "look whether it runs and is reached: make doctor, or docs/runbooks/locked-out.md",
            )
        return done.stdout.strip()

    def logs(self, feed: str, *, follow: bool) -> NoReturn:
        """The collector's own log, of one feed or all of it."""
        tail = f"sudo tail -n {400 if feed else 60} {'-F ' if follow else ''}{LOG}"
        only = f" | grep --line-buffered -F -e {shlex.quote(f'feed={feed}')}" if feed else ""
        self.become(f"{tail}{only}")
