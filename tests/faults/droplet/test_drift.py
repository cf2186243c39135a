"""Somebody repairs the server by hand: `make drift` names each edit, who made it and when; a deploy puts it right."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CRON = "/etc/cron.d/handmade"
CONF = "/etc/postgresql/*/main/conf.d"
# As a person does it: over ssh, with sudo, a file at a time. None of it locks anybody out. The first to be made and the
# last to be removed is the cron file: while it lies there, the drill is not over.
EDITS = {
    CRON: "echo '#0 4 * * * root true password=hunter2' | sudo tee {path}",
    "/etc/ssh/sshd_config.d/00-hardening.conf": "echo '# MaxAuthTries 60' | sudo tee -a {path}",
    "/etc/ufw/user.rules": "sudo ufw allow 8443/tcp",
    "/home/trader/.ssh/authorized_keys": "ssh-keygen -qN '' -t ed25519 -f /tmp/theirs && cat /tmp/theirs.pub >>{path}",
    f"{CONF}/00-darkpool.conf": "sudo sed -i 's/^max_connections.*/max_connections = 19/' {path}",
    f"{CONF}/99-mine.conf": (
        f"echo 'work_mem = 17MB' | sudo install -m 644 /dev/stdin $(echo {CONF})/99-mine.conf"
    ),
    "/var/lib/postgresql/*/main/postgresql.auto.conf": (
        "cd / && sudo -u postgres psql -qc \"alter system set work_mem = '19MB'\""
    ),
}
UNIT = "logrotate.timer"
# What is no file of its own.
OTHERS = {
    "the account helper was made by no role": "sudo useradd helper",
    "package cron is held back": "sudo apt-mark hold cron",
    f"{UNIT} is not what the inventory says": f"sudo systemctl disable --quiet --now {UNIT}",
}
# What no role knows and no deploy removes: the owner's.
STRANGERS = [CRON, "conf.d/99-mine.conf", "postgresql.auto.conf"]
UNSET = f"sudo rm -f {CONF}/99-mine.conf; cd /; sudo -u postgres psql -qc 'alter system reset work_mem'"
CLEAN_UP = (
    f"{UNSET}; sudo rm {CRON}; sudo userdel helper; sudo apt-mark unhold cron; rm /tmp/theirs /tmp/theirs.pub"
)
DEPLOY = ("ansible-playbook", "-i", "inventory/demo", "ansible/playbooks/site.yml")
# Each run of the play may take minutes where much else is at work.
pytestmark = pytest.mark.timeout(900)
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
def edited(owner, ansible):
    """The server after the edits; whatever happens here, the drills after this one find it as it was."""
    try:
        for path, edit in EDITS.items():
            owner(edit.format(path=f"$(ls {path} 2>/dev/null || echo {path})"))
        for edit in OTHERS.values():
            owner(edit)
        yield
    finally:
        if owner(f"sudo ls {CRON} 2>/dev/null || true"):
            owner(f"{CLEAN_UP}; true")
            ansible(*DEPLOY)


@pytest.fixture(scope="module")
def reported(edited, drift):
    """What is said of the edits, a paragraph each."""
    code, said = drift()
    assert code == 3, said
    return said.split("\n\n")


@pytest.mark.parametrize("path", EDITS)
def test_an_edit_by_hand_is_named_with_who_and_when(reported, path):
    name = re.compile(re.escape(path).replace(r"\*", r"\d+"))
    (about,) = [one for one in reported if name.match(one.strip())]
    assert "trader" in WHO.search(about)[1]


@pytest.mark.parametrize(
    ("file", "says"), [("99-mine.conf", "work_mem = 17MB"), ("auto.conf", "work_mem = '19MB'")]
)
def test_a_setting_of_postgresql_in_place_of_the_inventorys_is_shown(reported, file, says):
    (about,) = [
        one for one in reported if one.strip().splitlines()[:1] and file in one.strip().splitlines()[0]
    ]
    assert f"    says {says}" in about


@pytest.mark.parametrize("sentence", OTHERS)
def test_an_account_a_held_package_and_a_unit_that_is_off_are_named(reported, sentence):
    assert [one for one in reported if one.strip().startswith(sentence)]


def test_of_a_unit_it_is_said_what_it_is_and_what_it_shall_be(reported):
    (about,) = [one for one in reported if one.strip().startswith(UNIT)]
    assert [line.strip() for line in about.strip().splitlines()[1:]] == [
        "- enabled: no", "- runs: no", "+ enabled: yes", "+ runs: yes",
    ]  # fmt: skip


def test_the_command_is_named_where_sudo_saw_the_file_and_a_secret_in_it_is_covered(reported):
    (about,) = [one for one in reported if one.strip().startswith(CRON)]
    assert f"trader (sudo /usr/bin/tee {CRON}" in about
    assert "hunter2" not in "".join(reported)


def test_a_deploy_puts_right_what_the_inventory_knows_and_the_rest_is_the_owners(
    reported, ansible, drift, owner
):
    code, said = ansible(*DEPLOY)
    assert code == 0, said[-3000:]
    assert owner(f"systemctl is-enabled {UNIT}; systemctl is-active {UNIT}").split() == ["enabled", "active"]
    code, said = drift()
    assert (code, said.count("\n    changed ")) == (3, len(STRANGERS)), said
    for one in STRANGERS:
        assert f"{one} was written by no role and no package" in said

    owner(CLEAN_UP)
    code, said = drift()
    assert code == 0, said
