"""make init asks only what it must, encrypts what is secret, shows none of it, and may be repeated."""

import os
import pty
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxwuGpxEvySMty0IQHEVtPgZT9crgBAKqt1Ld0Mj95x trader@desk"
API_KEY = "an-api-key-that-nobody-may-see"
ANSWERS = {"UNUSUAL_WHALES_API_KEY": API_KEY, "SSH_PUBLIC_KEY": KEY}


@pytest.fixture
def laptop(tmp_path):
    return Laptop(tmp_path)


class Laptop:
    """A home of its own, with nothing in it."""

    def __init__(self, home):
        self.inventory = home / "inventory/production"
        self.vault = self.inventory / "group_vars/all/vault.yml"
        self.password = home / "config/darkpool/production-vault-password"
        self.home = home
        self.command = [sys.executable, "-m", "laptop.init", self.inventory]

    def environment(self, more):
        mine = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.home)}
        return {**mine, "XDG_CONFIG_HOME": str(self.home / "config"), **more}

    def init(self, **more):
        done = subprocess.run(
            self.command, cwd=ROOT, env=self.environment(more), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def asked(self, typed, **more):
        """Let a person type at a terminal; what the terminal showed."""
        mine, theirs = pty.openpty()
        done = subprocess.Popen(self.command, cwd=ROOT, env=self.environment(more), stdin=theirs,
                                stdout=theirs, stderr=theirs, start_new_session=True)  # fmt: skip
        os.close(theirs)
        waiting, shown = list(typed), b""
        try:
            while chunk := os.read(mine, 4096):
                shown += chunk
                # A person reads first: what is typed before a hidden question is thrown away.
                if shown.endswith(b": ") and waiting:
                    os.write(mine, f"{waiting.pop(0)}\n".encode())
        except OSError:  # Linux says EIO when the other side has gone
            pass
        os.close(mine)
        return done.wait(timeout=60), shown.decode()

    def secrets(self):
        view = ["ansible-vault", "view", "--vault-password-file", self.password, self.vault]
        return subprocess.run(
            view, cwd=ROOT, env=self.environment({}), capture_output=True, text=True, check=True
        ).stdout


@pytest.mark.slow
def test_unattended_it_writes_all_and_shows_no_secret(laptop):
    code, said = laptop.init(**ANSWERS)
    assert code == 0, said
    assert API_KEY not in said
    assert laptop.vault.read_text().startswith("$ANSIBLE_VAULT")
    assert API_KEY in laptop.secrets()
    assert "<" not in laptop.secrets().replace("`", ""), "a secret was left open"
    assert KEY in (laptop.inventory / "group_vars/all/users.yml").read_text()
    everything = [path for path in laptop.inventory.rglob("*") if path.is_file()]
    assert not [path for path in everything if path.stat().st_mode & 0o077]
    assert stat.S_IMODE(laptop.password.stat().st_mode) == 0o600
    assert "make deploy" in said


def test_without_an_answer_nothing_is_written_and_all_that_is_missing_is_named(laptop):
    code, said = laptop.init(DROPLET_ADDRESS="192.0.2")
    assert code == 2
    for name in ("UNUSUAL_WHALES_API_KEY", "SSH_PUBLIC_KEY", "DROPLET_ADDRESS"):
        assert f"export {name}=" in said, said
    assert not laptop.inventory.exists()
    assert not laptop.password.exists()


@pytest.mark.slow
def test_again_it_keeps_what_is_filled_in_and_asks_for_the_rest_only(laptop):
    assert laptop.init(**ANSWERS)[0] == 0
    before, secrets = laptop.vault.read_bytes(), laptop.secrets()
    mine = laptop.inventory / "group_vars/all/collector.yml"
    mine.write_text(mine.read_text() + "# mine\n")
    host_key = KEY.rpartition(" ")[0]
    code, said = laptop.init(
        DROPLET_ADDRESS="192.0.2.7", DROPLET_HOST_KEY=host_key, UNUSUAL_WHALES_API_KEY="another"
    )
    assert code == 0, said
    assert laptop.vault.read_bytes() == before
    assert laptop.secrets() == secrets
    assert mine.read_text().endswith("# mine\n")
    assert f"192.0.2.7 {host_key}\n" in (laptop.inventory / "known_hosts").read_text()
    assert "Nothing is left to fill in" in said


@pytest.mark.slow
def test_a_vault_in_clear_is_encrypted_with_what_it_says(laptop):
    assert laptop.init(**ANSWERS)[0] == 0
    laptop.vault.write_text("---\nvault_collector_api_key: mine\n")
    code, _ = laptop.init()
    assert code == 0
    assert laptop.vault.read_text().startswith("$ANSIBLE_VAULT")
    assert "vault_collector_api_key: mine" in laptop.secrets()


@pytest.mark.slow
def test_a_vault_of_an_earlier_release_gets_the_secrets_that_it_did_not_know_and_keeps_its_own(laptop):
    laptop.init(**ANSWERS)
    before = laptop.secrets()
    lines = [line for line in before.splitlines() if not line.startswith("vault_pgbackrest_cipher_pass")]
    laptop.vault.write_text("\n".join(lines) + "\n")

    code, said = laptop.init(**ANSWERS)

    after = laptop.secrets()
    assert (code, "1 password(s) generated" in said.replace("\n", " ")) == (0, True)
    assert [line for line in lines if line not in after.splitlines()] == []
    assert re.search(r"^vault_pgbackrest_cipher_pass: \w{32,}$", after, re.MULTILINE)
    assert laptop.vault.read_text().startswith("$ANSIBLE_VAULT")


@pytest.mark.slow
def test_another_password_than_the_vaults_is_refused_and_nothing_changes(laptop):
    assert laptop.init(**ANSWERS)[0] == 0
    laptop.password.write_text("another\n")
    before = laptop.vault.read_bytes()
    code, said = laptop.init()
    assert code == 2
    assert "ANSIBLE_VAULT_PASSWORD_FILE" in said
    assert laptop.vault.read_bytes() == before


@pytest.mark.slow
def test_a_keychains_command_opens_the_vault_and_its_password_is_in_no_file(laptop):
    code, said = laptop.init(**ANSWERS, VAULT_PASSWORD_COMMAND="printf %s word-of-the-keychain | tr a-z A-Z")
    assert code == 0, said
    assert "WORD-OF-THE-KEYCHAIN" not in laptop.password.read_text()
    assert API_KEY in laptop.secrets()


@pytest.mark.slow
def test_a_password_file_that_ansible_is_told_of_is_used_and_none_is_made(laptop):
    mine = laptop.home / "word"
    told = {"ANSIBLE_VAULT_PASSWORD_FILE": str(mine)}
    code, said = laptop.init(**ANSWERS, **told)
    assert code == 2
    assert "which is not there" in said
    mine.write_text("mine\n")
    code, said = laptop.init(**ANSWERS, **told)
    assert code == 0, said
    assert not laptop.password.exists()
    laptop.password = mine
    assert API_KEY in laptop.secrets()


@pytest.mark.slow
def test_with_a_token_the_droplet_is_made_so_neither_address_nor_host_key_is_asked_for(laptop):
    code, said = laptop.init(
        **ANSWERS, DIGITALOCEAN_TOKEN="dop_v1_that-nobody-may-see", DROPLET_REGION="fra1"
    )
    assert code == 0, said
    assert "dop_v1" not in said
    assert "Nothing is left to fill in. Next: make droplet" in said
    assert 'vault_droplet_api_token: "dop_v1_that-nobody-may-see"' in laptop.secrets()
    droplet = laptop.inventory / "group_vars/all/droplet.yml"
    assert "droplet_region: fra1\n" in droplet.read_text()
    droplet.write_text(droplet.read_text().replace("fra1", "sfo3"))
    assert laptop.init()[0] == 0
    assert "droplet_region: sfo3\n" in droplet.read_text()


@pytest.mark.slow
def test_a_person_is_asked_again_after_a_slip_and_a_secret_is_not_echoed(laptop):
    code, shown = laptop.asked(["a key with blanks", API_KEY, "no key", KEY, "", "", ""])
    assert code == 0, shown
    assert "blanks" in shown
    assert "ssh-keygen -t ed25519" in shown
    assert API_KEY not in shown
    assert API_KEY in laptop.secrets()
