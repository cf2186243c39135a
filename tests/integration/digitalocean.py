"""The fake DigitalOcean as a process of its own, and an owner who asks it for a droplet."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import requests
from darkpool_do import droplet
from darkpool_do.api import Api
from darkpool_do.settings import Settings

from testbed.bed import free_port
from testbed.shell import wait_until

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-that-opens-nothing"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2kZL5bKzOrmJ4m3ROSSoIxAdWn0zW0kJv8N9oVAdUT owner"
NAME = "darkpool-test"


@dataclasses.dataclass
class Cloud:
    """The fake, and what tests ask it past its API."""

    url: str
    # An S3 server on loopback, where a test wishes for a bucket.
    spaces: str = "http://127.0.0.1:9"

    def spoil(self, fault, **where):
        requests.post(f"{self.url}/_faults", json={"fault": fault, **where}, timeout=5).raise_for_status()

    def switch(self, **switches):
        requests.post(f"{self.url}/_faults", json=switches, timeout=5).raise_for_status()

    def answers(self):
        try:
            self.state()
        except requests.ConnectionError:
            return False
        return True

    def state(self):
        return requests.get(f"{self.url}/_state", timeout=5).json()

    def asked(self, *starts):
        """The requests since the start, or those that begin so."""
        found = requests.get(f"{self.url}/_requests", timeout=5).json()["requests"]
        return [one for one in found if one.startswith(starts)] if starts else found

    def deeds(self):
        """What was done to droplets by their actions, in order."""
        return [one["type"] for one in self.state()["actions"] if one["resource_type"] == "droplet"]

    def reset(self):
        requests.post(f"{self.url}/_reset", timeout=60).raise_for_status()

    def call(self, method, path, **body):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return requests.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=5)

    def api(self, token=TOKEN):
        return Api(token, self.url, pause_s=0.02)


@dataclasses.dataclass
class Owner:
    """An inventory folder, and the calls that the module makes for it."""

    cloud: Cloud
    folder: Path
    token: str = TOKEN

    def settings(self, **changed):
        given = Settings(
            name=NAME, region="nyc3", size="s-1vcpu-2gb", image="ubuntu-22-04-x64", ssh_keys=(KEY,),
            known_hosts=self.folder / "known_hosts", host_key=self.folder / "host_key",
            address_file=self.folder / "host_vars/droplet/droplet.yml",
            spaces_key_file=self.folder / "group_vars/all/spaces_key.yml",
            firewall_rules=({"port": 22, "proto": "tcp", "action": "limit", "admin": True},),
            spaces_url=self.cloud.spaces,
            alerts=({"measure": "disk", "above": 85, "window": "10m"},), boot_limit_s=10, held_limit_s=2,
        )  # fmt: skip
        return dataclasses.replace(given, **changed)

    def present(self, *, check=False, **changed):
        return droplet.present(self.cloud.api(self.token), self.settings(**changed), check=check)

    def absent(self, *, check=False, **changed):
        return droplet.absent(self.cloud.api(self.token), self.settings(**changed), check=check)

    def pinned(self):
        file = self.folder / "known_hosts"
        return file.read_text().splitlines() if file.exists() else []


def start(*options):
    """Start the fake; return it with its process."""
    port = free_port()
    command = [sys.executable, "-m", "testbed.digitalocean", "--port", str(port), "--token", TOKEN, *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    cloud = Cloud(f"http://127.0.0.1:{port}")
    wait_until("the fake's first answer", cloud.answers, 20)
    return cloud, process


def stop(process):
    process.terminate()
    process.wait(10)
