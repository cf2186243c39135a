"""Somebody repairs the server by hand: `make drift` names each edit, who made it and when; a deploy puts it right."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CRON = "/etc/cron.d/handmade"
# As a person does it: over ssh, with sudo, a file at a time. None of it locks anybody out.
EDITS = {
    "/etc/ssh/sshd_config.d/00-hardening.conf": "echo '# MaxAuthTries 60' | sudo tee -a {path}",
    "/etc/ufw/user.rules": "sudo ufw allow 8443/tcp",
    "/home/trader/.ssh/authorized_keys": "ssh-keygen -qN '' -t ed25519 -f /tmp/theirs && cat /tmp/theirs.pub >>{path}",
    CRON: "echo '#0 4 * * * root true password=hunter2' | sudo tee {path}",
    "/etc/postgresql/*/main/conf.d/00-darkpool.conf": "sudo sed -i 's/^max_connections.*/max_connections = 19/' {path}",
}
WHO = re.compile(r"changed \w{3} 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d E[SD]T by (.*)")


@pytest.fixture(scope="module")
def ansible(bed):
    """Run one of the laptop's programs against this bed."""

    def start(*command):
        environment = {
            **os.environ,
            "TESTBED_FOLDER": str(bed.folder),
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        }
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return start


@pytest.fixture(scope="module")
def drift(ansible):
    return lambda: ansible(sys.executable, "scripts/drift.py", "inventory/demo")


@pytest.fixture(scope="module")
def reported(owner, drift):
    """What is said of the edits, a paragraph each."""
    for path, edit in EDITS.items():
        owner(edit.format(path=f"$(ls {path} 2>/dev/null || echo {path})"))
    code, said = drift()
    assert code == 3, said
    return said.split("\n\n")


@pytest.mark.parametrize("path", EDITS)
def test_an_edit_by_hand_is_named_with_who_and_when(reported, path):
    name = re.compile(re.escape(path).replace(r"\*", r"\d+"))
    (about,) = [one for one in reported if name.match(one.strip())]
    assert "trader" in WHO.search(about)[1]


def test_the_command_is_named_where_sudo_saw_the_file_and_a_secret_in_it_is_covered(reported):
    (about,) = [one for one in reported if one.strip().startswith(CRON)]
    assert f"trader (sudo /usr/bin/tee {CRON}" in about
    assert "hunter2" not in "".join(reported)


def test_a_deploy_puts_right_what_the_inventory_knows_and_the_rest_is_the_owners(
    reported, ansible, drift, owner
):
    code, said = ansible("ansible-playbook", "-i", "inventory/demo", "ansible/playbooks/site.yml")
    assert code == 0, said[-3000:]
    code, said = drift()
    assert (code, said.count("\n    changed ")) == (3, 1), said
    assert f"{CRON} was written by no role and no package" in said

    owner(f"sudo rm {CRON}; rm /tmp/theirs /tmp/theirs.pub")
    code, said = drift()
    assert code == 0, said
