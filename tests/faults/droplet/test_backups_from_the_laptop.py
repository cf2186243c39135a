"""What the owner types about backups, on an inventory that leads to the bed."""

import os
import shutil
import subprocess

import pytest

from testbed import bed as beds
from testbed import session

SESSIONS = "select count(*), sum(hashtextextended(t::text, 0)::numeric) from ops.market_sessions t"
OPEN = "select count(*) from ops.market_sessions where now() between opens_at and options_close_at"
ASIDE = "select datname from pg_database where datname like 'darkpool_before_%'"


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


@pytest.fixture
def deleted(owner):
    """A dump as cron makes it, and rows that were deleted since; nobody collects meanwhile."""
    owner(f"sudo {session.PAUSE}; sudo systemctl start darkpool-backup.service")
    before = owner(f'sudo -u postgres psql -XAtq darkpool -c "{SESSIONS}"')
    owner(
        "sudo -u postgres psql -XAtq darkpool -c \"delete from ops.market_sessions where session_date < '2026-06-01'\""
    )
    assert owner(f'sudo -u postgres psql -XAtq darkpool -c "{SESSIONS}"') != before
    yield before
    dropped = f'for one in $(sudo -u postgres psql -XAtc "{ASIDE}"); do sudo -u postgres dropdb $one; done'
    owner(f"{dropped}; sudo {session.RESUME}")


def test_a_named_dump_comes_back_in_place_of_the_live_database(make, owner, deleted):
    name = owner("sudo ls /var/backups/darkpool").split()[-1]

    planned, code = make("restore", f"FROM={name}", "DRY_RUN=1")
    assert (code, "nothing was changed" in planned) == (0, True), planned
    refused, code = make("restore", f"FROM={name}")
    assert (code, "not confirmed" in refused) == (2, True), refused

    said, code = make("restore", f"FROM={name}", "CONFIRM=restore", "FORCE=1")

    assert (code, "each as noted" in said) == (0, True), said
    assert owner(f'sudo -u postgres psql -XAtq darkpool -c "{SESSIONS}"') == deleted
    # Who may do what came back too.
    prints = "select count(*) from trading.darkpool_trades"
    assert int(owner(f"sudo -u collector psql -XAtq darkpool -c '{prints}'")) > 1000
    # What was acknowledged after the dump is given up, not missed by each drill from now on.
    assert "each as noted" in owner("sudo darkpool-backup verify")
    owner(
        "sudo systemctl start darkpool-pgbackrest.service && sudo systemctl start darkpool-restore-drill.service"
    )


def test_with_physical_backups_switched_off_the_dumps_alone_are_made_listed_and_proven(make, owner):
    # No drill works in the live server then.
    is_open = owner(f'sudo -u postgres psql -XAtq darkpool -c "{OPEN}"') != "0"
    cron = "/etc/cron.d/darkpool-pgbackrest"
    owner(f"sudo mv {cron} /run/physical")
    try:
        for words, wanted in (
            (("backup",), "rows"),
            (("drill",), "the market is open" if is_open else "each as noted"),
            (("backups",), "dumps on the server" if is_open else ", proven "),
            (("restore", "DRY_RUN=1"), "whole and unchanged"),
        ):
            said, code = make(*words)
            refused = is_open and words == ("drill",)
            assert (bool(code), "switched off" in said, wanted in said) == (refused, True, True), said
        said, code = make("restore", "AT=2026-11-20 15:59:00")
        assert (code, "in no dump" in said) == (2, True), said
    finally:
        owner(f"sudo mv /run/physical {cron}")
