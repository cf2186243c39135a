"""The tunnel to the database: held up, its breaks and returns said; and what a client needs to find it by name."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator

import yaml

from laptop.questions import VAULT
from laptop.server import Server
from laptop.vault import Vault, password_file
from laptop.words import Refused

SERVICE = "darkpool"
LONGEST_PAUSE_S = 30
KNOCKS, KNOCK_PAUSE_S = 4, 10
KNOCKED_TOO_OFTEN = re.compile(r"kex_exchange_identification|Connection (refused|reset|closed)")
SERVICES = """\
# Written by make tunnel. Any client of PostgreSQL finds the database by name:
#   export PGSERVICEFILE={file}
#   psql service={service}
[{service}]
host=127.0.0.1
port={port}
dbname=darkpool
user=analyst
passfile={passwords}
connect_timeout=10
"""


class Tunnel:
    """From a port of this machine to the server's PostgreSQL."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.port = port
        self.services = server.inventory.absolute() / "pg_service.conf"
        self.passwords = server.inventory.absolute() / "pgpass"

    def describe(self) -> None:
        """Write the two files that a client needs, readable for the owner only.

        Raises:
            Refused: the vault does not open, or has no such password.
        """
        vault = Vault(self.server.inventory / VAULT, password_file(self.server.inventory))
        found = yaml.safe_load(vault.read()).get("vault_postgresql_analyst_password")
        if not found:
            raise Refused.because(f"{vault.file} has no vault_postgresql_analyst_password", "make init")
        secret = re.sub(r"([:\\])", r"\\\1", str(found))
        for file, text in (
            (self.passwords, f"127.0.0.1:{self.port}:darkpool:analyst:{secret}\n"),
            (
                self.services,
                SERVICES.format(
                    file=self.services, service=SERVICE, port=self.port, passwords=self.passwords
                ),
            ),
        ):
            partial = file.with_suffix(".partial")
            partial.touch(mode=0o600)
            partial.write_text(text)
            partial.replace(file)

    def environment(self) -> dict[str, str]:
        """What makes libpq find the database by itself."""
        named = {
            "PGSERVICEFILE": str(self.services),
            "PGSERVICE": SERVICE,
            "ANALYSIS_DSN": f"service={SERVICE}",
        }
        return {**os.environ, **named}

    def answers(self) -> bool:
        """Whether somebody listens at our end."""
        with socket.socket() as one:
            one.settimeout(1)
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def start(self) -> subprocess.Popen[str]:
        """One ssh that carries it, and ends when it cannot."""
        options = [
            "-N",
            "-o",
            "ControlPath=none",
            "-o",
            "ExitOnForwardFailure=yes",
            "-o",
            "ConnectTimeout=10",
        ]
        alive = ["-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3"]
        forward = ["-L", f"127.0.0.1:{self.port}:127.0.0.1:5432"]
        return subprocess.Popen(
            self.server.words(*options, *alive, *forward),
            stderr=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def wait(self, process: subprocess.Popen[str]) -> bool:
        """Until it is up (True) or has ended (False)."""
        while process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.2)
        return False

    @contextlib.contextmanager
    def for_a_while(self) -> Iterator[None]:
        """Use the tunnel that is up, or one of our own that ends with us.

        Raises:
            Refused: the server is not reached.
        """
        self.describe()
        if self.answers():
            yield
            return
        process = self.patiently()
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=10)

    def patiently(self) -> subprocess.Popen[str]:
        """A tunnel that is up; the firewall slows down whoever knocks more than six times in half a minute.

        Raises:
            Refused: the server is not reached.
        """
        for _ in range(KNOCKS):
            process = self.start()
            if self.wait(process):
                return process
            why = reason(process)
            if not KNOCKED_TOO_OFTEN.search(why):
                break
            say(f"the firewall slows us down ({why}); next try in {KNOCK_PAUSE_S} s")
            time.sleep(KNOCK_PAUSE_S)
        raise Refused.because(f"no tunnel: {why}", "make doctor")

    def hold(self) -> None:
        """Keep it up until interrupted; say each break and each return.

        Raises:
            Refused: the port here is taken, which no waiting mends.
        """
        if self.answers():
            raise Refused.because(
                f"port {self.port} is in use here: is a tunnel up already?",
                f"make tunnel PORT={self.port + 1}",
            )
        self.describe()
        pause, begun = 1, False
        while True:
            process = self.start()
            try:
                if self.wait(process):
                    say(
                        f"the tunnel is up{' again' if begun else ''}"
                        + ("" if begun else f"\n{self.usage()}")
                    )
                    pause, begun = 1, True
                    process.wait()
                say(f"the tunnel broke: {reason(process)}; next try in {pause} s")
            finally:
                process.terminate()
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def usage(self) -> str:
        """How to use it from another window."""
        return f"""
  export PGSERVICEFILE={self.services}
  psql service={SERVICE}                      reads everything, writes nothing
  analysis --help                            with ANALYSIS_DSN=service={SERVICE}
  DBeaver, pandas, ...: 127.0.0.1:{self.port}, database darkpool, user analyst, password in {self.passwords}

Leave this window open; Ctrl-C ends the tunnel."""


def reason(process: subprocess.Popen[str]) -> str:
    """The last thing that ssh said."""
    said = (process.stderr.read() if process.stderr else "").strip().splitlines()
    return said[-1] if said else "ssh ended without a word"


def say(line: str) -> None:
    """A line with the time, at once."""
    print(f"{dt.datetime.now().astimezone():%H:%M:%S} {line}", flush=True)
