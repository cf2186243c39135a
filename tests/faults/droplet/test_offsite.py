"""Backups off-site, in storage that speaks S3 over TLS: unread there, proven from there, waiting for it."""

import contextlib
import json
import time

import offsite
import pytest

from testbed import session

# Storage that is away is asked for again and again before anybody says so.
pytestmark = pytest.mark.timeout(900)
TAGS = ("--tags", "pgbackrest,postgresql")
# Segments that are closed, and the time in which they are: several of pgBackRest's timeouts of a minute.
MINUTES, TIMEOUTS_S = 65, 240
SPOOL_MOST_MB = 16
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
    settings = "/run/impatient"
    owner(
        f"sudo sh -c 'sed s/^DARKPOOL_PGBACKREST_ALARM_ARCHIVE_S=.*/DARKPOOL_PGBACKREST_ALARM_ARCHIVE_S=3/"
        f" /etc/default/darkpool-pgbackrest > {settings}; chmod 644 {settings}'"
    )
    with away(bed, "REJECT", "--reject-with", "tcp-reset"):
        sql(owner, "select pg_logical_emit_message(true, 'darkpool', 'waits'), pg_switch_wal()")
        time.sleep(10)
        waiting = int(sql(owner, WAITING))
        said = owner(f"sudo darkpool-pgbackrest --settings {settings} watch 2>&1; echo exit=$?")

    assert waiting > 0
    assert "exit=1" in said
    assert "waits for" in said
    wait(lambda: sql(owner, WAITING) == "0")
    owner("sudo darkpool-pgbackrest watch")


@contextlib.contextmanager
def away(bed, *target):
    """Storage that nobody reaches meanwhile."""
    rule = ["OUTPUT", "-p", "tcp", "--dport", offsite.PORT, "-j", *target]
    bed.execute("droplet", "iptables", "-I", *rule)
    try:
        yield
    finally:
        bed.execute("droplet", "iptables", "-D", *rule)


@pytest.fixture
def numbered(owner):
    """A table of what was acknowledged here, while nobody collects; what a restore put aside goes."""
    owner(f"sudo {session.PAUSE}; sudo systemctl start darkpool-pgbackrest.service")
    sql(owner, "create schema drill; create table drill.numbered (n int primary key)")
    yield
    sql(owner, "drop schema drill cascade")
    owner(f"sudo sh -c 'rm -rf /var/lib/postgresql/*/main.before-*'; sudo {session.RESUME}")


@pytest.mark.soak
@pytest.mark.timeout(2400)
@pytest.mark.usefixtures("numbered")
def test_an_hour_of_commits_waits_for_storage_that_answers_nothing_and_all_of_it_is_restored_from_there(
    owner, bed
):
    """A segment stands for the minute after which one is closed; each ends with commits that were acknowledged."""
    record = "/var/lib/darkpool/failures/darkpool-pgbackrest-watch.service.json"
    begun, acknowledged = time.monotonic(), []
    # Nothing comes back at all: each try lasts until it is given up.
    with away(bed, "DROP"):
        while len(acknowledged) < MINUTES or time.monotonic() < begun + TIMEOUTS_S:
            number = len(acknowledged)
            sql(owner, f"insert into drill.numbered values ({number})")
            acknowledged.append(number)
            sql(owner, "select pg_switch_wal()")
            time.sleep(max(0, begun + number * TIMEOUTS_S / MINUTES - time.monotonic()))
        waiting = int(sql(owner, WAITING))
        spool = int(owner("sudo du -sm /var/spool/pgbackrest").split()[0])
        looked = owner(
            "sudo systemctl start darkpool-pgbackrest-watch.service >/dev/null 2>&1; echo $?", timeout_s=900
        )
        told = owner(f"sleep 2; sudo cat {record}")
    print(f"{waiting} segments waited, the spool was {spool} MiB")
    assert looked.strip() != "0"
    for complaint in ("MiB of write-ahead log wait", "repository 2 does not answer"):
        assert complaint in told
    assert waiting >= MINUTES
    assert spool < SPOOL_MOST_MB

    begun = time.monotonic()
    wait(lambda: sql(owner, WAITING) == "0", timeout_s=900)
    print(f"all of it was archived {time.monotonic() - begun:.0f} s after the storage answered")
    owner("sudo darkpool-pgbackrest watch")
    # From off-site alone: the server's own repository is not asked.
    settings = "/run/offsite-alone"
    owner(
        f"sudo sh -c 's=/etc/default/darkpool-pgbackrest; sed s/REPOSITORIES=.*/REPOSITORIES=2/ $s > {settings}'"
        f" && sudo chmod 644 {settings}"
    )
    before = facts(owner)
    said = owner(f"sudo darkpool-pgbackrest --settings {settings} restore 2>&1; echo exit=$?", timeout_s=1200)
    assert "exit=0" in said, said
    assert "repository 2" in said
    assert facts(owner) == before
    assert sql(owner, "select array_agg(n order by n) = array(select generate_series(0, max(n))), count(*)"
               " from drill.numbered") == f"t|{len(acknowledged)}"  # fmt: skip


def facts(owner):
    """Each table's rows, hash and newest time, by the program that notes them."""
    code = 'import table_facts; print(table_facts.facts(["psql", "-d", "darkpool"]))'
    return owner(f"sudo -u postgres env PYTHONPATH=/usr/local/lib/darkpool-backup python3 -c '{code}'")


def wait(check, timeout_s=600):
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
