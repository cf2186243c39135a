"""The demo's droplet with its played day and a backup, and a repository that stands in for PGDG's."""

import json
import os
import subprocess
import sys

import pytest

from testbed import bed as beds
from testbed import engine, session, world

# Debian 13's repository on Debian 12: pinned and believed by its own key, as PGDG's is. With its packages comes the C
# library that they were built against, and with that the name of its system; PGDG's do not need either.
TRIXIE = {
    "uris": "http://deb.debian.org/debian",
    "suites": "trixie",
    "pin": "release n=trixie",
    "packages": ["*"],
}
ITS_KEY = "/etc/apt/trusted.gpg.d/debian-archive-trixie-automatic.asc"


# A bed that is deployed already, with the major that its system ships, and stays up; else it is the demo.
GIVEN = os.environ.get("TESTBED_NAME")


@pytest.fixture(scope="session")
def bed():
    found = beds.Bed(GIVEN or "demo")
    if GIVEN:
        yield found
        return
    engine.ensure()
    beds.down(found)
    world.leave(found)
    subprocess.run([sys.executable, "-m", "testbed.demo"], cwd=beds.ROOT, check=True)
    yield found
    beds.down(found)
    world.leave(found)


@pytest.fixture(scope="session")
def play(bed):
    """Run a playbook; what it said, and how it ended."""

    def run(name, *options, **wanted):
        command = [
            "ansible-playbook",
            "-i",
            "inventory/demo",
            f"ansible/playbooks/{name}.yml",
            "-e",
            json.dumps(wanted),
        ]
        return subprocess.run(
            command, cwd=beds.ROOT, env={**os.environ, "TESTBED_FOLDER": str(bed.folder)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def owner(bed):
    def command(words, timeout_s=600):
        return session.on_droplet(bed, words, timeout_s=timeout_s)

    return command


@pytest.fixture(scope="session")
def pgdg(bed):
    """What an inventory says that takes PGDG's 17, with the repository that stands in for it."""
    key = bed.execute("droplet", "cat", ITS_KEY).strip()
    return {"postgresql_source": "pgdg", "postgresql_major": 17, "__postgresql_pgdg": {**TRIXIE, "key": key}}


@pytest.fixture(scope="session")
def played(bed):
    if not session.was_played(bed):
        list(session.play(bed))
