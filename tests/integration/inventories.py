"""An owner's inventory as make init writes it, and what make says to it."""

import os
import re
import secrets
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Described:
    """A folder of settings, the key and the vault's word of its owner, and the commands that read it."""

    def __init__(self, folder, *, key=None, checkout=None, **environment):
        """Everything lies in the folder; or, in a checkout of the owner's own, where make puts it unasked."""
        self.key = key or self._made(folder / "id_ed25519")
        self.checkout = checkout or ROOT
        self.folder = checkout / "inventory/production" if checkout else folder / "production"
        self.word = folder / ("config/darkpool/production-vault-password" if checkout else "vault_password")
        self.environment = {"ANSIBLE_NOCOLOR": "1", "XDG_CONFIG_HOME": str(folder / "config"), **environment}
        if not checkout:
            self.word.write_text(f"the owner's own word {secrets.token_hex(8)}\n")
            self.word.chmod(0o600)
            self.environment["ANSIBLE_VAULT_PASSWORD_FILE"] = str(self.word)

    def init(self, **answers):
        """Describe the server with nobody at the keyboard."""
        own = {"SSH_PUBLIC_KEY": str(self.key.with_suffix(".pub"))}
        code, said = self.make("init", environment={**own, **answers})
        assert code == 0, said
        return said

    def put(self, file, **settings):
        """Write settings into a file of the group, in place of those that stand there."""
        path = self.folder / f"group_vars/all/{file}.yml"
        lines = path.read_text().splitlines() if path.exists() else ["---"]
        kept = [line for line in lines if line.split(":")[0] not in settings]
        path.write_text("\n".join([*kept, *(f"{name}: {value}" for name, value in settings.items()), ""]))

    def let_alone(self):
        """No pass by the clock, and no hour at which nothing may be done: drills of both are elsewhere."""
        self.put("collector", collector_schedule='"0 4 29 2 *"')
        self.put("market_hours", market_hours_respected="false")

    def make(self, *words, **options):
        return self._run(["make", *words, f"INVENTORY={self.folder}"], **options)

    def play(self, name, *options):
        return self._run(["ansible-playbook", "-i", self.folder, f"ansible/playbooks/{name}.yml", *options])

    def ssh(self, *words, options=()):
        """Ask the server over the connection that is open; with options of one's own, over a new one."""
        anew = [*options, "-o", "ControlPath=none"] if options else []
        config = ["-F", self.folder / "ssh_config", "-o", "BatchMode=yes"]
        return self._run(["ssh", *anew, *config, "droplet", *words])

    def pinned(self):
        lines = (self.folder / "known_hosts").read_text().splitlines()
        return [line for line in lines if not line.startswith("#")]

    def begun(self, *words, **environment):
        """Begin a command of make, and come back at once."""
        return subprocess.Popen(
            ["make", *words, f"INVENTORY={self.folder}"], cwd=self.checkout, text=True,
            env={**os.environ, **self.environment, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def _run(self, words, environment=None):
        done = subprocess.run(
            words, cwd=self.checkout, env={**os.environ, **self.environment, **(environment or {})}, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    @staticmethod
    def _made(key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "owner", "-f", key], check=True)
        return key


def changes(said):
    """How many things each run of a playbook changed, by what it said."""
    return [int(number) for number in re.findall(r"changed=(\d+) +unreachable=0 +failed=0", said)]
