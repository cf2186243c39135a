"""One machine of the pair: its database, its files, its marks, and the one door to other programs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

SETTINGS = Path("/etc/darkpool-standby/settings.json")
# The look every five minutes is postgres already.
BECOME = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


class StandbyError(Exception):
    """It cannot go on; the message says what to do."""


class Machine:
    """This machine of the two."""

    def __init__(self) -> None:
        given = json.loads(SETTINGS.read_text())
        self.port, self.peer, self.slot = given["port"], given["peer"], given["slot"]
        self.synchronous_file = Path(given["synchronous_file"])
        self.data = Path(f"/var/lib/postgresql/{given['major']}/main")
        self.programs = Path(f"/usr/lib/postgresql/{given['major']}/bin")
        self.unit = f"postgresql@{given['major']}-main.service"
        self.follows, self.fenced = Path(given["state"], "follows"), Path(given["state"], "fenced")

    def sql(self, query: str, database: str = "postgres") -> str:
        """Ask this machine's own database."""
        psql = ["psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-p", str(self.port), "-d", database]
        return as_postgres(*psql, "-c", query)

    def ask_peer(self, command: str) -> str:
        """Ask the other database over the protocol that replicates."""
        return output("psql", "-XAtqw", "-d", f"{self.peer} replication=true", "-c", command)

    def runs(self) -> bool:
        """Say whether this database answers."""
        # As postgres: a connection of root's is one more refused login in the server's log.
        asks = [*BECOME, "pg_isready", "-q", "-p", str(self.port)]
        return subprocess.run(asks, cwd="/", check=False).returncode == 0

    def is_standby(self) -> bool:
        """Say whether these files belong to one that follows, running or not."""
        return (self.data / "standby.signal").exists()

    def controls(self) -> dict[str, str]:
        """What the data directory says of itself, running or not."""
        said = as_postgres(str(self.programs / "pg_controldata"), "-D", str(self.data))
        return {name: value.strip() for name, _, value in (line.partition(":") for line in said.splitlines())}

    def system(self) -> str:
        """The number that a database and its copies share."""
        return self.controls()["Database system identifier"]


def put(mark: Path, why: str) -> None:
    """Leave a mark that is on the disk before anything else happens."""
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S} UTC: {why}\n")  # noqa: TID251 - not part of the collector
    os.sync()


def size(folder: Path) -> int:
    """Bytes in a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def as_postgres(*words: str, limit_s: float = 120) -> str:
    """Run a command as the account that owns the data."""
    return output(*BECOME, *words, limit_s=limit_s)


def output(*words: str, limit_s: float = 120) -> str:
    """What a command says."""
    done = subprocess.run(words, cwd="/", capture_output=True, text=True, timeout=limit_s, check=False)
    if done.returncode:
        raise StandbyError(
            re.sub(r"\s+", " ", done.stderr).strip() or f"{words[0]} ended with {done.returncode}"
        )
    return done.stdout.strip()


def say(line: str) -> None:
    """One line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
