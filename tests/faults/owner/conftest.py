"""An owner with a fresh droplet, an inventory of his own, and secrets that are known again wherever they turn up."""

import os
import re
import secrets
import subprocess
from pathlib import Path

import pytest
import yaml

from testbed import bed as beds
from testbed import droplet, engine, leaks
from testbed.shell import run

ROOT = Path(__file__).parents[3]
# The most that Ansible says of its own accord.
LOUD = {"ANSIBLE_VERBOSITY": "3", "ANSIBLE_DIFF_ALWAYS": "1"}
PLACEHOLDER = re.compile(r"<[^>]+>(?=\n)")


@pytest.fixture(scope="session")
def bed():
    """A fresh droplet as a provider's cloud-init leaves it, and nothing else: an owner has no simulator."""
    found = beds.Bed("owner")
    engine.ensure()
    beds.network_up(found)
    droplet.up(found, fresh=True, user_data={})
    yield found
    beds.down(found)


@pytest.fixture(scope="session")
def owner(bed, tmp_path_factory):
    found = Owner(bed, tmp_path_factory.mktemp("owner"))
    yield found
    found.spy.end()


class Owner:
    """Has an inventory with a vault, deploys, and keeps all that was said and seen."""

    def __init__(self, bed, folder):
        self.bed = bed
        self.inventory = folder / "production"
        self.vault = self.inventory / "group_vars/all/vault.yml"
        self.word = folder / "vault_password"
        self.log = folder / "ansible.log"
        self.searcher = leaks.Searcher()
        self.said = []
        self._describe()
        self._template = (ROOT / "inventory/example/group_vars/all/vault.yml").read_text()
        self.keep_secrets()
        self.spy = leaks.Spy(bed)

    def _describe(self):
        word = f"the owner's own word {secrets.token_hex(8)}"
        self.word.write_text(f"{word}\n")
        self.word.chmod(0o600)
        key = self.bed.folder / "id_ed25519"
        port = re.search(r"Port (\d+)", self.bed.ssh_config().read_text())[1]
        host_key = (self.bed.folder / "host_ed25519.pub").read_text()
        answers = {
            "UNUSUAL_WHALES_API_KEY": secrets.token_hex(16),
            "SSH_PUBLIC_KEY": str(key.with_suffix(".pub")),
            "DROPLET_ADDRESS": "127.0.0.1",
            "DROPLET_HOST_KEY": host_key,
        }
        code, said = self._run("make", "init", f"INVENTORY={self.inventory}", **answers)
        assert code == 0, said
        # A droplet has port 22 and one key; this one is a container among others.
        more = f"      ansible_port: {port}\n      ansible_ssh_private_key_file: {key}\n"
        with (self.inventory / "hosts.yml").open("a") as hosts:
            hosts.write(more)
        known = self.inventory / "known_hosts"
        known.write_text(known.read_text().replace("127.0.0.1 ", f"[127.0.0.1]:{port} "))
        # No pass by the clock: there is no vendor here, and a pass that fails at 9:30 is no deploy's fault.
        settings = self.inventory / "group_vars/all/collector.yml"
        never = re.sub("(?<=collector_schedule: ).*", '"0 4 29 2 *"', settings.read_text())
        settings.write_text(never)
        # The drills of market hours are elsewhere; this owner's days must pass at any hour.
        (self.inventory / "group_vars/all/market_hours.yml").write_text(
            "---\nmarket_hours_respected: false\n"
        )
        self.searcher.learn(
            {"vault password": word, "first key": answers["UNUSUAL_WHALES_API_KEY"],
             "ssh key": key.read_text().splitlines()[2]}
        )  # fmt: skip

    def keep_secrets(self, **given):
        """Write the vault anew, each secret of it changed; a new line in the example's vault is a new secret here."""
        # Characters that each way of quoting writes in another way.
        text = PLACEHOLDER.sub(lambda _: f"{secrets.token_hex(14)}/+&%=~", self._template)
        # This owner has a droplet already.
        values = {**yaml.safe_load(text), "vault_droplet_api_token": "", **given}
        self.vault.write_text(yaml.safe_dump(values))
        run("ansible-vault", "encrypt", "--vault-password-file", self.word, self.vault)
        self.searcher.learn(dict(leaves(values)))

    def deploy(self):
        return self._run("make", "deploy", f"INVENTORY={self.inventory}")

    def play(self, *options, playbook="site"):
        return self._run(
            "ansible-playbook", "-i", self.inventory, f"ansible/playbooks/{playbook}.yml", *options
        )

    def _run(self, *words, **more):
        environment = {**os.environ, **LOUD, **more, "ANSIBLE_VAULT_PASSWORD_FILE": str(self.word),
                       "ANSIBLE_LOG_PATH": str(self.log)}  # fmt: skip
        done = subprocess.run(words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)  # fmt: skip
        self.said.append(done.stdout + done.stderr)
        return done.returncode, self.said[-1]


def leaves(values, name=""):
    """Every text of a vault, however deep, with its name."""
    if isinstance(values, str):
        yield name, values
    elif isinstance(values, dict):
        for key, value in values.items():
            yield from leaves(value, f"{name}.{key}".strip("."))
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from leaves(value, f"{name}[{number}]")
