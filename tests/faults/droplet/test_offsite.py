"""Backups off-site, in storage that speaks S3 over TLS: unread there, proven from there, waiting for it."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from testbed.shell import run

# pgBackRest looks for a name in a certificate, not for an address.
NAME, PORT = "storage", "5443"
STORAGE = Path(__file__).parent / "storage.py"
RUN = ["uv", "run", "--quiet", "--no-project", "--with", "moto[server,s3]==5.2.1", "python", str(STORAGE)]
TAGS = ("--tags", "pgbackrest,postgresql")
WAITING = "select count(*) from pg_ls_archive_statusdir() where name ~ '[.]ready$'"


@pytest.fixture(scope="module")
def storage(bed, tmp_path_factory):
    """The storage, and a way to ask it; it ends with the tests."""
    folder = tmp_path_factory.mktemp("storage")
    address = run(
        "docker", "network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", bed.network
    ).strip()
    certificate, key = folder / "ca.pem", folder / "key.pem"
    run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
        "-addext", f"subjectAltName=DNS:{NAME},IP:{address}", "-keyout", str(key), "-out", str(certificate),
    )  # fmt: skip
    server = subprocess.Popen(
        [*RUN, "serve", address, PORT, str(certificate), str(key)], start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def ask(word):
        words = [*RUN, word, f"https://{address}:{PORT}", str(certificate)]
        return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)

    for _ in range(60):
        time.sleep(1)
        try:
            ask("make")
            break
        except subprocess.CalledProcessError:
            continue
    ask.address, ask.certificate = address, certificate
    yield ask
    os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture(scope="module", autouse=True)
def offsite(storage, play, bed):
    """The server as it is with a bucket; afterwards as it was."""
    wanted = {
        "pgbackrest_offsite_bucket": "darkpool-backups", "pgbackrest_offsite_endpoint": NAME,
        "pgbackrest_offsite_port": int(PORT), "pgbackrest_offsite_region": "nyc3",
        "pgbackrest_offsite_uri_style": "path", "pgbackrest_offsite_ca": storage.certificate.read_text(),
        "pgbackrest_offsite_key": "server", "pgbackrest_offsite_secret": "secret",
    }  # fmt: skip
    hosts = f"grep -v {NAME} /etc/hosts > /run/hosts; cat /run/hosts > /etc/hosts"
    bed.execute("droplet", "sh", "-c", f"{hosts}; echo {storage.address} {NAME} >> /etc/hosts")
    done = play("site", *TAGS, "-e", json.dumps(wanted))
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
    found = storage("state")
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
        PORT,
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
    before = storage("state")

    storage("wipe")

    after = storage("state")
    assert (before["objects"] > 0, after["objects"]) == (True, 0)
    assert after["versions"] >= before["objects"]


def test_an_emptied_storage_raises_the_alarm(owner):
    said = owner("sudo darkpool-pgbackrest watch 2>&1; echo exit=$?")

    assert "exit=1" in said
    assert "repository 2" in said
