"""Time travel, and a restore that is killed and typed again: both end with the rows that were there."""

import time

import pytest

from testbed import session

DATA = "$(sed -n s/^DARKPOOL_PGBACKREST_DATA_DIRECTORY=//p /etc/default/darkpool-pgbackrest)"
RESTORE = "sudo darkpool-pgbackrest restore"


@pytest.fixture(autouse=True)
def still(owner):
    """Nobody collects meanwhile, so that what is there is known; what was kept aside goes."""
    owner(f"sudo {session.PAUSE}; sudo systemctl start darkpool-pgbackrest.service")
    yield
    owner(f"sudo sh -c 'rm -rf {DATA}.before-*'; sudo {session.RESUME}")


def sql(owner, query):
    return owner(f"sudo -u postgres psql -XAtq darkpool -c '{query}'")


def facts(owner):
    """Each table's rows, hash and newest time, by the program that notes them."""
    code = 'import table_facts; print(table_facts.facts(["psql", "-d", "darkpool"]))'
    return owner(f"sudo -u postgres env PYTHONPATH=/usr/local/lib/darkpool-backup python3 -c '{code}'")


def test_one_second_before_a_table_was_dropped_it_is_there_with_every_row(owner, play):
    sql(owner, "create table trading.precious as select generate_series(1, 1000) as n")
    time.sleep(1.1)
    before, moment = facts(owner), owner("TZ=America/New_York date '+%F %T'").strip()
    time.sleep(1.1)
    sql(
        owner,
        "drop table trading.precious; delete from ops.market_sessions where session_date > current_date",
    )
    control = facts(owner)
    try:
        options = f'{{"restore_options": ["--at", "{moment}"], "market_hours_force": true}}'
        done = play("restore", "-e", options)

        assert done.returncode == 0, done.stdout
        assert facts(owner) == before != control
        assert sql(owner, "select count(*), max(n) from trading.precious").strip() == "1000|1000"
    finally:
        sql(owner, "drop table if exists trading.precious")


def test_a_restore_of_everything_loses_nothing(owner):
    sql(owner, "create table trading.just_now as select 1 as n")
    before = facts(owner)
    try:
        said = owner(f"{RESTORE} 2>&1; echo exit=$?", timeout_s=600)

        assert "exit=0" in said
        assert facts(owner) == before
    finally:
        sql(owner, "drop table if exists trading.just_now")


# Before it is proven it begins anew; afterwards it goes on, also between the two renames.
@pytest.mark.parametrize("sign", ["restoring", "proven"])
def test_a_restore_that_is_killed_and_typed_again_ends_with_the_same_rows(owner, sign):
    before = facts(owner)
    script = (
        f"data={DATA}; darkpool-pgbackrest restore >/dev/null 2>&1 & until [ -e $data.{sign} ]; do sleep 0.01; done;"
        " pkill -9 -f 'darkpool_pgbackrest.py restor[e]'; sleep 1; ls -d $data.*"
    )
    left = owner(f'sudo bash -c "{script.replace("$", chr(92) + "$").replace(chr(34), chr(92) + chr(34))}"')
    assert f".{sign}" in left

    said = owner(f"{RESTORE} 2>&1; echo exit=$?", timeout_s=600)

    assert "exit=0" in said
    assert facts(owner) == before
    assert owner(f"sudo sh -c 'ls -d {DATA}.restoring {DATA}.proven 2>/dev/null; true'").strip() == ""


def test_a_dry_run_and_a_backup_that_is_not_there_change_nothing(owner):
    before = owner(f"sudo sh -c 'stat -c %i {DATA}'")

    planned = owner(f"{RESTORE} --dry-run")
    refused = owner(f"{RESTORE} --from 20200101-000000F 2>&1; echo exit=$?")
    early = owner(f"{RESTORE} --at '2020-01-01 00:00:00' 2>&1; echo exit=$?")

    assert "nothing was changed" in planned
    assert ("exit=1" in refused, "there is no backup 20200101-000000F" in refused) == (True, True)
    assert ("exit=1" in early, "no backup is older than 2020-01-01T00:00:00-05:00" in early) == (True, True)
    assert owner(f"sudo sh -c 'stat -c %i {DATA}'") == before
