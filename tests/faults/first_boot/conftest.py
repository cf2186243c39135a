"""A droplet that the distribution's own cloud-init has set up, and a laptop that comes in for the first time."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from testbed import bed as beds
from testbed import droplet, engine

SEED = "/var/lib/cloud/seed/nocloud/user-data"
ROOT = Path(__file__).parents[3]
PLAY = "tests/faults/first_boot/come_in.yml"
# No interpreter and no connection that outlives a task: each task meets the host key anew.
EACH_TASK_ANEW = {"ANSIBLE_STRATEGY": "linear", "ANSIBLE_SSH_ARGS": "-o ControlMaster=no"}

ASLEEP = """\
- name: Rotate | The laptop falls asleep
  ansible.builtin.command: sleep 20
  delegate_to: localhost
  become: false
  changed_when: false

"""


class Laptop:
    """What the owner has: the checkout, an inventory, a key, and the server's host key."""

    def __init__(self, bed):
        self.bed = bed
        self.known_hosts = bed.folder / "known_hosts"
        self.environment = {**os.environ, "TESTBED_FOLDER": str(bed.folder), "PYTHONUNBUFFERED": "1"}

    def command(self, *options, **changed):
        return [
            "ansible-playbook",
            "-i",
            "inventory/demo",
            PLAY,
            *options,
            "--extra-vars",
            json.dumps(changed),
        ]

    def comes_in(self, *options, **changed):
        """Run the play; return its exit code and all that it said."""
        done = subprocess.run(
            self.command(*options, **changed),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def dies_at(self, step, folder):
        """Run the play and kill it when it is about to take a step; a task that has begun would end all the same."""
        roles = folder / "roles"
        shutil.copytree(ROOT / "roles", roles)
        file = roles / "connection/tasks/rotate.yml"
        assert f"- name: {step}" in file.read_text()
        file.write_text(file.read_text().replace(f"- name: {step}", f"{ASLEEP}- name: {step}"))
        environment = {**self.environment, **EACH_TASK_ANEW, "ANSIBLE_ROLES_PATH": str(roles)}
        with subprocess.Popen(
            self.command(),
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as ansible:
            seen = any("The laptop falls asleep" in line for line in ansible.stdout)
            os.killpg(ansible.pid, signal.SIGKILL)
        assert seen, f"the play never came to {step}"

    def gets_in(self, *options):
        """Say whether a new connection to the server with the pinned key succeeds, and what ssh said."""
        words = [*options, "-S", "none", "-o", "BatchMode=yes", "root@droplet", "true"]
        done = subprocess.run(
            ["ssh", "-F", self.bed.ssh_config(), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return done.returncode == 0, done.stderr

    def holds(self, text):
        """Return the files of the droplet in which a text stands."""
        where = "/etc /home /root /run /srv /tmp /usr/local /var"
        return set(self.bed.execute("droplet", "sh", "-c", f"grep -rlFe '{text}' {where} || true").split())

    def pinned(self):
        """Return the public keys that the laptop believes, as they stand in known_hosts."""
        return [line.split()[2] for line in self.known_hosts.read_text().splitlines()]


@pytest.fixture(scope="module")
def rented():
    """Rent a droplet: its user data, and what it runs."""
    bed = None

    def rent(user_data, system="debian-12", **how):
        nonlocal bed
        bed = beds.Bed("first-boot", system)
        engine.ensure()
        beds.network_up(bed)
        droplet.up(bed, fresh=True, user_data=user_data, **how)
        return Laptop(bed)

    yield rent
    if bed:
        beds.down(bed)
