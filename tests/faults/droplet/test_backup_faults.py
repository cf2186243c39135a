"""Backups that are killed, meet each other, a migration or a full disk: what is there stays whole."""

import json
import time

import pytest

HOME = "/var/backups/darkpool"
RECORDS = "/var/lib/darkpool/failures"
SMALL = "/mnt/small"


def killed(owner, unit, sign):
    """Start a unit and kill all of it with a signal that nobody catches, once a shell test says that it is at it."""
    script = (
        f"systemctl start --no-block {unit}; for i in $(seq 2000); do {sign} && break; sleep 0.005; done;"
        f" systemctl kill -s KILL {unit};"
        f" for i in $(seq 100); do systemctl is-active --quiet {unit} || break; sleep 0.1; done;"
        f" systemctl show -p Result {unit}"
    )
    owner(f"sudo rm -f {RECORDS}/{unit}.service.json")
    return owner(f"sudo bash -c '{script}'")


def recorded(owner, unit):
    return json.loads(owner(f"sleep 2; sudo cat {RECORDS}/{unit}.service.json"))["result"]


def test_a_dump_that_is_killed_midway_is_no_backup_and_the_next_one_is(owner):
    before = owner(f"sudo ls {HOME}").split()

    result = killed(owner, "darkpool-backup", f"ls -d {HOME}/*.partial >/dev/null 2>&1")

    assert "Result=signal" in result
    assert recorded(owner, "darkpool-backup") == "signal"
    assert [one for one in owner(f"sudo ls {HOME}").split() if not one.endswith(".partial")] == before
    owner("sudo systemctl start darkpool-backup && sudo darkpool-backup check")
    assert not [one for one in owner(f"sudo ls {HOME}").split() if one.endswith(".partial")]
    assert owner(f"sudo sh -c 'ls {RECORDS} | grep -c ^darkpool-backup.service || true'").strip() == "0"


def test_a_physical_backup_that_is_killed_midway_leaves_the_newest_good_one_and_the_next_is_proven(owner):
    result = killed(owner, "darkpool-pgbackrest", "pgrep -f -- [-]-type=incr >/dev/null")

    assert "Result=signal" in result
    assert recorded(owner, "darkpool-pgbackrest") == "signal"
    owner("sudo systemctl start darkpool-pgbackrest && sudo systemctl start darkpool-restore-drill")
    assert json.loads(owner("sudo tail -n 1 /var/lib/darkpool-drill/history.jsonl"))["ok"]


def test_a_dump_and_a_physical_backup_at_once_wait_for_each_other(owner):
    owner("sudo systemctl start darkpool-backup.service darkpool-pgbackrest.service")

    owner("sudo darkpool-backup verify")
    shown = owner("systemctl show -p Result darkpool-backup darkpool-pgbackrest").split()
    assert shown == ["Result=success", "Result=success"]


@pytest.mark.parametrize("unit", ["darkpool-backup", "darkpool-pgbackrest"])
def test_a_backup_during_a_migration_waits_for_it_and_holds_what_it_made(owner, unit):
    migration = "begin; alter table ops.flow_types add column drill int default 7; select pg_sleep(6); commit"
    try:
        owner(
            f"sudo bash -c \"(cd /; runuser -u postgres -- psql -Xq darkpool -c '{migration}') >/dev/null 2>&1 &"
            f' sleep 1; systemctl start {unit}.service"'
        )
        if unit == "darkpool-backup":
            owner("sudo darkpool-backup verify")
            newest = f"$(ls -d {HOME}/*Z | tail -n 1)/darkpool.dump"
            dump = owner(f"sudo sh -c 'cat {newest} | pg_restore -f - -t flow_types'")
            assert "drill integer DEFAULT 7" in dump
        else:
            owner("sudo systemctl start darkpool-restore-drill.service")
    finally:
        time.sleep(6)
        owner(
            "sudo -u postgres psql -Xq darkpool -c 'alter table ops.flow_types drop column if exists drill'"
        )


@pytest.fixture
def small_disk(owner):
    """A disk that a dump does not fit on, with a backup that makes it look as if it would."""
    old = f"{SMALL}/darkpool-20200101T000000Z"
    owner(
        f"sudo bash -c 'mkdir -p {SMALL} && mount -t tmpfs -o size=300k tmpfs {SMALL} && chown pgbackup: {SMALL}"
        f" && install -d -o pgbackup {old} && echo x > {old}/manifest.json"
        f" && sed -e s,^BACKUP_DIRECTORY=.*,BACKUP_DIRECTORY={SMALL},"
        f" -e s,^BACKUP_MIN_FREE_MB=.*,BACKUP_MIN_FREE_MB=0, /etc/default/darkpool-backup > /run/small"
        f" && chmod 644 /run/small'"
    )
    yield
    owner(f"sudo bash -c 'umount {SMALL}; rmdir {SMALL}; rm -f /run/small'")


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_fills_up_during_a_dump_costs_the_dump_and_nothing_else(owner):
    said = owner("sudo darkpool-backup --settings /run/small run 2>&1; echo exit=$?")

    assert "exit=1" in said
    assert "No space left on device" in said
    assert owner(f"sudo ls {SMALL}").split() == ["darkpool-20200101T000000Z"]
    assert owner("sudo -u postgres psql -XAtc 'select 1'").strip() == "1"


def test_a_disk_that_is_nearly_full_is_refused_before_anything_is_written(owner):
    owner(
        "sudo bash -c 'sed s/^BACKUP_MIN_FREE_MB=.*/BACKUP_MIN_FREE_MB=99999999/ /etc/default/darkpool-backup"
        " > /run/full; chmod 644 /run/full'"
    )

    said = owner("sudo darkpool-backup --settings /run/full run 2>&1; echo exit=$?; sudo rm /run/full")

    assert "exit=1" in said
    assert "MiB free" in said
