"""An owner's first day: make init, fill in what it names, encrypt, make deploy; then make deploy again."""

import re
import subprocess
from pathlib import Path

import pytest

from testbed import bed as beds
from testbed import droplet, engine
from testbed.shell import run

ROOT = Path(__file__).parents[3]
API_KEY = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
PASSWORD = "an-analysts-password-of-32-letters"
UNCHANGED = re.compile(r"changed=0 +unreachable=0 +failed=0")


@pytest.fixture(scope="module")
def bed():
    """A fresh droplet, and nothing else: an owner has no simulator."""
    found = beds.Bed("owner")
    engine.ensure()
    beds.network_up(found)
    droplet.up(found, fresh=True)
    yield found
    beds.down(found)


@pytest.fixture(scope="module")
def inventory(bed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("owner") / "production"
    run("make", "-C", ROOT, "init", f"INVENTORY={folder}")
    key = (bed.folder / "id_ed25519.pub").read_text().strip()
    port = re.search(r"Port (\d+)", bed.ssh_config().read_text())[1]
    where = (
        f"127.0.0.1\n      ansible_port: {port}\n      ansible_ssh_private_key_file: {bed.folder}/id_ed25519"
    )
    fill(folder / "hosts.yml", where)
    fill(folder / "group_vars/all/users.yml", key)
    fill(folder / "group_vars/all/vault.yml", API_KEY, PASSWORD)
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(bed.folder / 'host_ed25519.pub').read_text()}")
    return folder


def fill(file, *values):
    """Put values where the placeholders are, one after the other."""
    text = file.read_text()
    for value in values:
        text = re.sub(r"<[^>]+>(?=\n)", lambda _, value=value: value, text, count=1)
    file.write_text(text)


@pytest.fixture(scope="module")
def deploy(inventory, tmp_path_factory):
    word = tmp_path_factory.mktemp("vault") / "password"
    word.write_text("the owner's own word\n")
    word.chmod(0o600)
    vault = inventory / "group_vars/all/vault.yml"
    run("ansible-vault", "encrypt", "--vault-password-file", word, vault)
    assert API_KEY not in vault.read_text()

    def again():
        words = ["env", f"ANSIBLE_VAULT_PASSWORD_FILE={word}", "make", "deploy", f"INVENTORY={inventory}"]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return again


def test_the_first_deploy_ends_with_a_checked_server_and_the_second_changes_nothing(deploy, inventory):
    code, said = deploy()
    assert code == 0, said[-3000:]
    assert " passed in " in said, "the server was not checked"
    assert API_KEY not in said
    assert PASSWORD not in said

    code, again = deploy()
    assert code == 0, again[-3000:]
    assert len(UNCHANGED.findall(again)) == 2, "\n".join(
        line for line in again.splitlines() if "changed" in line
    )

    status = run("ssh", "-F", inventory / "ssh_config", "droplet", "collector", "status")
    assert "SPY" in status
    assert "next run" in status
