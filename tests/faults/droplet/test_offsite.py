"""Backups off-site, in storage that speaks S3 over TLS: unread there, proven from there, waiting for it."""

import json
import time

import offsite
import pytest

# Storage that is away is asked for again and again before anybody says so.
pytestmark = pytest.mark.timeout(900)
TAGS = ("--tags", "pgbackrest,postgresql")
WAITING = "select count(*) from pg_ls_archive_statusdir() where name ~ '[.]ready$'"


@pytest.fixture(scope="module")
def storage(bed, tmp_path_factory):
    """The storage, and a way to ask it; it ends with the tests."""
    with offsite.serving(bed, tmp_path_factory.mktemp("storage")) as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def with_a_bucket(storage, play, bed):
    """The server as it is with a bucket; afterwards as it was."""
    offsite.make_known(bed, storage)
    done = play("site", *TAGS, "-e", json.dumps(storage.settings()))
    try:
        assert done.returncode == 0, done.stdout[-3000:]
        yield
    finally:
        done = play("site", *TAGS)
        assert done.returncode == 0, done.stdout[-3000:]


def sql(owner, query):
    return owner(f'sudo -u postgres psql -XAtq darkpool -c "{query}"').strip()


def test_a_backup_goes_to_both_places_and_nobody_can_read_it_there(owner, storage):
    owner("sudo systemctl start darkpool-pgbackrest.service")

    known = json.loads(owner("sudo darkpool-pgbackrest list --json"))["backups"]

    assert {one["repository"] for one in known} == {1, 2}
    found = storage.ask("state")
    assert found["objects"] == found["salted"] > 20


def test_the_drill_proves_the_copy_off_site(owner):
    owner("sudo systemctl start darkpool-restore-drill.service")

    line = json.loads(owner("sudo tail -n 1 /var/lib/darkpool-drill/history.jsonl"))

    assert (line["ok"], line["repository"]) == (True, 2)


def test_log_waits_for_storage_that_is_away_the_alarm_rings_and_nothing_is_lost(owner, bed):
    block = [
        "iptables",
        "-I",
        "OUTPUT",
        "-p",
        "tcp",
        "--dport",
        offsite.PORT,
        "-j",
        "REJECT",
        "--reject-with",
        "tcp-reset",
    ]
    settings = "/run/impatient"
    owner(
        f"sudo sh -c 'sed s/^DARKPOOL_PGBACKREST_ALARM_ARCHIVE_S=.*/DARKPOOL_PGBACKREST_ALARM_ARCHIVE_S=3/"
        f" /etc/default/darkpool-pgbackrest > {settings}; chmod 644 {settings}'"
    )
    bed.execute("droplet", *block)
    try:
        sql(owner, "select pg_logical_emit_message(true, 'darkpool', 'waits'), pg_switch_wal()")
        time.sleep(10)
        waiting = int(sql(owner, WAITING))
        said = owner(f"sudo darkpool-pgbackrest --settings {settings} watch 2>&1; echo exit=$?")
    finally:
        bed.execute("droplet", *("-D" if word == "-I" else word for word in block))

    assert waiting > 0
    assert "exit=1" in said
    assert "waits for" in said
    wait(lambda: sql(owner, WAITING) == "0")
    owner("sudo darkpool-pgbackrest watch")


def wait(check, timeout_s=120):
    """Until it is so."""
    deadline = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(1)


def test_everything_that_the_server_can_delete_is_deleted_and_a_version_survives(storage):
    before = storage.ask("state")

    storage.ask("wipe")

    after = storage.ask("state")
    assert (before["objects"] > 0, after["objects"]) == (True, 0)
    assert after["versions"] >= before["objects"]


def test_an_emptied_storage_raises_the_alarm(owner):
    said = owner("sudo darkpool-pgbackrest watch 2>&1; echo exit=$?")

    assert "exit=1" in said
    assert "repository 2" in said
