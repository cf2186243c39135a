"""A droplet with its ways in and nothing else, on which they are broken on purpose."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from testbed import bed as beds
from testbed import droplet, engine
from testbed.shell import run

ROOT = Path(__file__).parents[3]
PLAY = Path("tests/faults/lockout/ways_in.yml")
PROOF = "TASK [connection : Admin | Come in anew and become root]"


class Owner:
    """What the owner has: the checkout, an inventory, and a key that must go on opening the door."""

    def __init__(self, bed, folder):
        self.bed = bed
        self.folder = folder
        self.environment = {**os.environ, "TESTBED_FOLDER": str(bed.folder), "PYTHONUNBUFFERED": "1"}

    def command(self, **changed):
        return ["ansible-playbook", "-i", "inventory/demo", PLAY, "--extra-vars", json.dumps(changed)]

    def deploys(self, **changed):
        """Run the play with some settings changed; return its exit code and all that it said."""
        done = subprocess.run(
            self.command(**changed),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def deploys_with(self, role, file, before, after, **changed):
        """Run the play with a typo in a file of a role, in a copy of the roles."""
        roles = self.folder / f"roles-{time.monotonic_ns()}"
        shutil.copytree(ROOT / "roles", roles)
        text = (roles / role / file).read_text()
        assert before in text, f"{file} of {role} no longer has {before!r}: the drill would break nothing"
        (roles / role / file).write_text(text.replace(before, after))
        self.environment["ANSIBLE_ROLES_PATH"] = str(roles)
        try:
            return self.deploys(**changed)
        finally:
            del self.environment["ANSIBLE_ROLES_PATH"]

    def dies_before_the_proof(self, **changed):
        """Run the play and kill it, as a laptop that falls asleep would, when the last proof is about to be made."""
        seen = False
        # An interpreter that stays would outlive its group, and the play with it.
        mortal = {**self.environment, "ANSIBLE_STRATEGY": "linear"}
        with subprocess.Popen(
            self.command(**changed), cwd=ROOT, env=mortal, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        ) as ansible:  # fmt: skip
            for line in ansible.stdout:
                seen = seen or line.startswith("TASK [firewall : Configure | Write the rules")
                # A second later the proof has failed, and the play itself puts everything back.
                if line.startswith("fatal:") or (seen and line.startswith("TASK [connection : ")):
                    break
            os.killpg(ansible.pid, signal.SIGKILL)
        assert seen, "the play did not come as far as the firewall"

    def gets_in(self):
        """Say whether a new connection with the owner's key becomes root."""
        words = [
            "-o",
            "ControlPath=none",
            "-o",
            "ConnectTimeout=4",
            "-o",
            "BatchMode=yes",
            "droplet",
            "sudo -n id -u",
        ]
        done = subprocess.run(
            ["ssh", "-F", self.bed.ssh_config(), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return done.stdout.strip() == "0"

    def gets_in_within(self, seconds):
        """Wait until the owner gets in; return how long it took, or fail."""
        started = time.monotonic()
        while not self.gets_in():
            assert time.monotonic() - started < seconds, f"locked out for {seconds} s"
            time.sleep(1)
        return time.monotonic() - started

    @staticmethod
    def people(**keys):
        """Return the accounts of these people, each with one key and sudo."""
        return [{"name": name, "sudo": True, "authorized_keys": [key]} for name, key in keys.items()]

    def past_ssh(self, *command):
        """Do something on the droplet as only the provider's console can."""
        return self.bed.execute("droplet", *command)


@pytest.fixture(scope="module")
def owner(tmp_path_factory):
    bed = beds.Bed("lockout")
    engine.ensure()
    beds.network_up(bed)
    droplet.up(bed, fresh=True)
    person = Owner(bed, tmp_path_factory.mktemp("lockout"))
    code, said = person.deploys()
    assert code == 0, said[-3000:]
    yield person
    beds.down(bed)


@pytest.fixture
def another_key(tmp_path):
    """The public half of a key that the owner does not hold."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key")
    return (tmp_path / "key.pub").read_text().strip()
