"""What the owner types about backups, on an inventory that leads to the bed."""

import os
import shutil
import subprocess

import pytest

from testbed import bed as beds
from testbed import session


@pytest.fixture(scope="module")
def make(bed, tmp_path_factory):
    """Type make; what was said, and the exit code."""
    inventory = tmp_path_factory.mktemp("laptop") / "demo"
    shutil.copytree(beds.ROOT / "inventory/demo", inventory)
    shutil.copy(bed.folder / "ssh_config", inventory)

    def typed(*words):
        done = subprocess.run(
            ["make", "--no-print-directory", *words, f"INVENTORY={inventory}"], cwd=beds.ROOT,
            env={**os.environ, "TESTBED_FOLDER": str(bed.folder)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr, done.returncode

    return typed


def test_a_backup_is_made_listed_and_proven(make):
    made, code = make("backup")
    assert (code, "noted at" in made) == (0, True), made
    proven, code = make("drill")
    assert (code, "each as noted" in proven) == (0, True), proven
    listed, code = make("backups")
    assert code == 0
    assert "on the server" in listed
    assert "dumps on the server" in listed
    newest = [line for line in listed.splitlines() if "on the server " in line][-1]
    assert "not yet" not in newest


def test_a_restore_asks_and_changes_nothing_before(make, owner):
    before = owner("sudo sh -c 'ls -di /var/lib/postgresql/*/main'")

    planned, code = make("restore", "DRY_RUN=1")
    assert (code, "nothing was changed" in planned) == (0, True), planned
    for words, complaint in (
        ((), "not confirmed"),
        (("FROM=a", "AT=2026-11-20 15:59:00"), "only be one"),
        (("AT=yesterday",), "New York time"),
    ):
        said, code = make("restore", *words)
        assert (code != 0, complaint in said) == (True, True), said
    assert owner("sudo sh -c 'ls -di /var/lib/postgresql/*/main'") == before


def test_a_confirmed_restore_puts_everything_back(make, owner, rows):
    owner(f"sudo {session.PAUSE}")
    try:
        count = "select count(*) from trading.darkpool_trades"
        before = rows(count)

        said, code = make("restore", "CONFIRM=restore", "FORCE=1")

        assert (code, "proven" in said) == (0, True), said
        assert rows(count) == before
    finally:
        owner(f"sudo sh -c 'rm -rf /var/lib/postgresql/*/main.before-*'; sudo {session.RESUME}")
