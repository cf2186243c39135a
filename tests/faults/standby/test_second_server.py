"""What the second server may, what it may not, and who reaches either of them."""

import contextlib

import pair
import pytest

from testbed import bed as beds
from testbed.shell import TestbedError, run


def refused(machine, *words):
    with pytest.raises(TestbedError) as said:
        machine.execute("droplet", *words)
    return str(said.value)


def test_nothing_is_collected_or_backed_up_or_written_there(healthy):
    _, follower = healthy
    jobs = ("collector.service", "collector-stream.service", "darkpool-backup.service")
    follower.execute("droplet", "systemctl", "start", *jobs)

    met = follower.execute("droplet", "systemctl", "show", "-P", "ConditionResult", *jobs)

    assert [line for line in met.split() if line] == ["no", "no", "no"]
    assert "collects nothing" in refused(follower, "collector", "run")
    with pytest.raises(TestbedError, match="read-only transaction"):
        pair.sql(follower, "insert into drill values (0)")


def test_the_analyst_reads_there(healthy):
    _, follower = healthy
    query = "set session authorization analyst; select count(*) > 0 from ops.market_sessions"
    assert pair.sql(follower, query, "darkpool") == "t"


def test_the_log_comes_over_tls_from_a_server_whose_certificate_is_known(healthy):
    leader, follower = healthy
    query = "select ssl, version from pg_stat_ssl join pg_stat_replication using (pid)"
    assert pair.sql(leader, query) == "t|TLSv1.3"

    with another_certificate(follower):
        peer = refused(follower, "sh", "-c", ASK_PEER)

    assert "certificate verify failed" in peer
    assert follower.execute("droplet", "sh", "-c", ASK_PEER)


def test_its_password_opens_nothing_but_the_log(healthy):
    _, follower = healthy
    said = refused(
        follower,
        "sh",
        "-c",
        ASK_PEER.replace("replication=true", "dbname=darkpool").replace("IDENTIFY_SYSTEM", "select 1"),
    )
    assert "pg_hba.conf rejects connection" in said


def test_a_third_machine_does_not_reach_the_database_of_either(healthy):
    for machine in healthy:
        address = beds.address(machine, "droplet")
        knock = f"import socket; socket.create_connection(('{address}', 5432), 3)"
        with pytest.raises(TestbedError, match=r"timed out|TimeoutError"):
            run("docker", "exec", pair.MACHINES["a"].container("simulator"), "python3", "-c", knock)


def test_a_leader_with_data_is_never_overwritten_by_following(healthy):
    leader, follower = healthy
    said = refused(leader, "darkpool-standby", "follow", "--anew")
    assert "the other one follows too" in said

    # Somebody promoted the other one by hand, and this one was not fenced: two lead.
    follower.execute("droplet", "darkpool-standby", "promote")

    said = refused(leader, "darkpool-standby", "follow")
    assert "this database leads and holds data: it is not overwritten" in said
    assert pair.state(leader)["runs"]

    # A failover that ended after the promotion is finished by the next one.
    done = pair.make("failover", CONFIRM="failover")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "LEADS already" in done.stdout
    assert (pair.on_post("droplet"), pair.on_post("droplet-standby")) == (follower, leader)


def test_who_does_not_confirm_or_cannot_be_fenced_changes_nothing(healthy):
    leader, follower = healthy
    done = pair.make("failover", CONFIRM="")
    assert done.returncode != 0
    assert "nothing was touched" in done.stderr

    pair.dies(leader)
    done = pair.make("failover", CONFIRM="failover")
    assert done.returncode != 0
    assert "make console" in done.stderr
    assert pair.state(follower)["follows"]


ASK_PEER = (
    'psql -XAtqw -d "$(sed -n \'s/.*"peer": "\\(.*\\)",/\\1/p\' /etc/darkpool-standby/settings.json)'
    ' replication=true" -c IDENTIFY_SYSTEM'
)


@contextlib.contextmanager
def another_certificate(machine):
    """Let it expect the certificate of nobody that it talks to: its own."""
    folder = "/etc/darkpool-standby"
    machine.execute(
        "droplet",
        "sh",
        "-c",
        f"cp -p {folder}/peer.crt {folder}/kept.crt; cat {folder}/own.crt >{folder}/peer.crt",
    )
    try:
        yield
    finally:
        machine.execute("droplet", "mv", f"{folder}/kept.crt", f"{folder}/peer.crt")
