"""An owner's inventory as make init writes it, filled in for the fake DigitalOcean; and what make says to it."""

import os
import re
import subprocess
from pathlib import Path

from laptop.vault import Vault

ROOT = Path(__file__).resolve().parents[2]


class Inventory:
    """A folder of settings, and the commands that read it."""

    def __init__(self, folder, url, token, **settings):
        self.folder, self.key = folder / "production", folder / "id_ed25519"
        self.name = "darkpool-production"
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "owner", "-f", self.key], check=True
        )
        self.word = folder / "vault_password"
        self.word.write_text("the owner's own word\n")
        answers = {
            "UNUSUAL_WHALES_API_KEY": "0123456789abcdef0123456789",
            "SSH_PUBLIC_KEY": str(self.key.with_suffix(".pub")),
            "DIGITALOCEAN_TOKEN": token,
        }
        code, said = self.make("init", environment=answers)
        assert code == 0, said
        self._write("ansible", f"{self._read('ansible')}ansible_ssh_private_key_file: {self.key}\n")
        self.put("droplet", droplet_api_url=url, **settings)

    def put(self, file, **settings):
        """Write settings into a file of the group, in place of those that stand there."""
        path = self._path(file)
        lines = path.read_text().splitlines() if path.exists() else ["---"]
        kept = [line for line in lines if line.split(":")[0] not in settings]
        path.write_text("\n".join([*kept, *(f"{name}: {value}" for name, value in settings.items()), ""]))

    def stands_at(self, address):
        """Say where the server is, as make droplet does."""
        file = self.folder / "host_vars/droplet/droplet.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\nansible_host: {address}\n")

    def token(self, token):
        """Put another token into the vault."""
        self._secret("droplet_api_token", token)

    def vendor_key(self, key):
        """Put another key of the vendor's into the vault."""
        self._secret("collector_api_key", key)

    def _secret(self, name, value):
        vault = Vault(self._path("vault"), self.word)
        line = re.compile(rf"^vault_{name}: .*$", re.MULTILINE)
        vault.write(line.sub(f"vault_{name}: {value}", vault.read()))

    def make(self, *words, **options):
        return self._run(["make", *words, f"INVENTORY={self.folder}"], **options)

    def play(self, name, *options):
        return self._run(["ansible-playbook", "-i", self.folder, f"ansible/playbooks/{name}.yml", *options])

    def ssh(self, *words, known_hosts=None):
        config = ["-F", self.folder / "ssh_config", "-o", "BatchMode=yes", "-o", "ControlPath=none"]
        if known_hosts:
            config = ["-o", f"UserKnownHostsFile={known_hosts}", *config]
        return self._run(["ssh", *config, "droplet", *words])

    def pinned(self):
        lines = (self.folder / "known_hosts").read_text().splitlines()
        return [line for line in lines if not line.startswith("#")]

    def _run(self, words, **options):
        ours = {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_VAULT_PASSWORD_FILE": str(self.word)}
        environment = {**os.environ, **ours, **options.pop("environment", {})}
        done = subprocess.run(
            words,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def _path(self, name):
        return self.folder / f"group_vars/all/{name}.yml"

    def _read(self, name):
        return self._path(name).read_text()

    def _write(self, name, text):
        self._path(name).write_text(text)
