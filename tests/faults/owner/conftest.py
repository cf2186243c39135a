"""An owner with a fresh droplet, an inventory of his own, and secrets that are known again wherever they turn up."""

import re
import secrets

import pytest
import yaml
from inventories import ROOT, Described

from testbed import bed as beds
from testbed import droplet, engine, leaks
from testbed.shell import run

# The most that Ansible says of its own accord.
LOUD = {"ANSIBLE_VERBOSITY": "3", "ANSIBLE_DIFF_ALWAYS": "1"}
SECRET_LENGTH = 16
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


class Owner(Described):
    """Has an inventory with a vault, deploys, and keeps all that was said and seen."""

    def __init__(self, bed, folder):
        self.bed, self.said = bed, []
        self.log = folder / "ansible.log"
        super().__init__(folder, key=bed.folder / "id_ed25519", ANSIBLE_LOG_PATH=str(self.log), **LOUD)
        self.inventory = self.folder
        self.vault = self.inventory / "group_vars/all/vault.yml"
        self.searcher = leaks.Searcher()
        self._describe()
        self._template = (ROOT / "inventory/example/group_vars/all/vault.yml").read_text()
        self.keep_secrets()
        self.spy = leaks.Spy(bed)

    def _describe(self):
        port = re.search(r"Port (\d+)", self.bed.ssh_config().read_text())[1]
        api_key, host_key = secrets.token_hex(16), (self.bed.folder / "host_ed25519.pub").read_text()
        self.init(UNUSUAL_WHALES_API_KEY=api_key, DROPLET_ADDRESS="127.0.0.1", DROPLET_HOST_KEY=host_key)
        # A droplet has port 22 and one key; this one is a container among others.
        more = f"      ansible_port: {port}\n      ansible_ssh_private_key_file: {self.key}\n"
        with (self.inventory / "hosts.yml").open("a") as hosts:
            hosts.write(more)
        known = self.inventory / "known_hosts"
        known.write_text(known.read_text().replace("127.0.0.1 ", f"[127.0.0.1]:{port} "))
        # There is no vendor here, and a pass that fails at 9:30 is no deploy's fault.
        self.let_alone()
        self.put("collector", collector_api_url="http://127.0.0.1:9")
        self.put("release", release_unproven_enabled="true")
        self.searcher.learn(
            {"vault password": self.word.read_text().strip(), "first key": api_key,
             "ssh key": self.key.read_text().splitlines()[2]}
        )  # fmt: skip

    def keep_secrets(self, **given):
        """Write the vault anew, each secret of it changed; a new line in the example's vault is a new secret here."""
        # Characters that each way of quoting writes in another way.
        text = PLACEHOLDER.sub(lambda _: f"{secrets.token_hex(14)}/+&%=~", self._template)
        # This owner has a droplet already.
        values = {**yaml.safe_load(text), "vault_droplet_api_token": "", **self._of_a_form(), **given}
        self.vault.write_text(yaml.safe_dump(values))
        run("ansible-vault", "encrypt", "--vault-password-file", self.word, self.vault)
        # A severity is a word, and in many files.
        self.searcher.learn({name: text for name, text in leaves(values) if len(text) >= SECRET_LENGTH})

    def _of_a_form(self):
        """Secrets that not every character fits in; the passphrase of the backups stays, or they would not open."""
        self.passphrase = getattr(self, "passphrase", secrets.token_hex(24))
        nobody = f"json://127.0.0.1:9/{secrets.token_hex(14)}"
        return {
            "vault_pgbackrest_cipher_pass": self.passphrase,
            "vault_alerts_urls": [{"url": nobody, "severities": ["critical"]}],
        }

    def deploy(self):
        return self.make("deploy")

    def _run(self, words, environment=None):
        code, said = super()._run(words, environment)
        self.said.append(said)
        return code, said


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
