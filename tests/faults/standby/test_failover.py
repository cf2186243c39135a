"""The first server is lost under load, the second takes its place: what was promised is there, or the loss is told."""

import contextlib
import re

import pair
import pytest

from testbed.shell import wait_until

ROWS = 500


def kept(machine):
    return {int(row) for row in pair.sql(machine, "select n from drill").split()}


@contextlib.contextmanager
def opened(machine, folder):
    """Start what was put aside as the runbook says, beside the database that follows."""
    machine.execute("droplet", "darkpool-standby", "open", folder)
    yield lambda query: machine.execute("droplet", *pair.PSQL, "-p", "5499", "-d", "postgres", "-c", query)
    machine.execute("droplet", "darkpool-standby", "close", folder)


def takes_over(*, force):
    done = pair.make("failover", CONFIRM="failover", **({"FORCE": "1"} if force else {}))
    print(done.stdout[-2500:])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


def writes_on(leader):
    """So much is written, archived and finished with that no log from before is kept without a reason."""
    pair.sql(leader, "create table meanwhile (n int)")
    for _ in range(4):
        pair.sql(leader, "insert into meanwhile values (1); select pg_switch_wal()")
    waiting = "select count(*) from pg_ls_archive_statusdir() where name ~ '[.]ready$'"
    wait_until("the archive of it", lambda: pair.sql(leader, waiting) == "0", 600)
    pair.sql(leader, "drop table meanwhile; checkpoint")
    pair.sql(leader, "checkpoint")


def test_a_planned_change_loses_nothing_and_the_old_one_follows(healthy, writer):
    old, new = healthy
    assert writer.has_written(ROWS)

    said = takes_over(force=False)

    promised = writer.end()
    assert "Lost: nothing" in said
    assert re.search(r"Collecting again after [\d.]+ s \(RTO\)", said)
    assert promised <= kept(new)
    assert not pair.state(old)["runs"]
    assert (pair.on_post("droplet"), pair.on_post("droplet-standby")) == (new, old)
    writes_on(new)
    rebuilt = pair.make("rebuild-standby")
    assert "it goes on from here" in rebuilt.stdout, rebuilt.stdout[-3000:]
    assert "is gone there" not in rebuilt.stdout
    assert pair.follows(old)


@pytest.mark.soak
def test_one_that_could_go_on_but_for_the_log_in_between_is_copied(healthy):
    old, new = healthy
    takes_over(force=False)
    pair.sql(new, "select pg_drop_replication_slot('darkpool_standby')")
    writes_on(new)
    rebuilt = pair.make("rebuild-standby")
    assert rebuilt.returncode == 0, rebuilt.stdout[-3000:]
    assert "the log that it needs next is gone there" in rebuilt.stdout, rebuilt.stdout[-3000:]
    assert pair.follows(old)


def test_a_fenced_server_stays_down_over_a_reboot_and_by_hand(healthy):
    old, _ = healthy
    takes_over(force=False)

    pair.dies(old)
    pair.comes_back(old)
    old.execute("droplet", "systemctl", "start", "postgresql", "collector.service", "darkpool-backup.service")

    state = pair.state(old)
    assert (state["runs"], state["fenced"]) == (False, True)


def test_commits_that_waited_survive_the_first_servers_death(healthy, commits_wait, writer):
    old, new = healthy
    assert pair.state(old)["synchronous"]
    assert writer.has_written(ROWS)
    pair.dies(old)
    promised = writer.end()

    said = takes_over(force=True)

    assert len(promised) >= ROWS
    assert promised - kept(new) == set()
    assert "out of reach; it is not fenced" in said
    # It never learned of its end; it sees who leads when it starts.
    pair.comes_back(old)
    state = pair.state(old)
    assert (state["runs"], state["fenced"]) == (False, True)


def test_who_was_promoted_archives_its_log_and_has_a_backup_of_its_own(healthy):
    _, new = healthy
    takes_over(force=False)
    backed_up = "until darkpool-pgbackrest watch; do sleep 2; done"
    assert new.execute("droplet", "timeout", "300", "bash", "-c", backed_up, timeout_s=320)


def test_control_what_had_not_been_sent_is_lost_and_the_harness_and_the_rebuild_notice(healthy, writer):
    old, new = healthy
    assert writer.has_written(ROWS)
    # The log is no longer sent, and commits wait for nobody.
    old.execute("droplet", "pkill", "-STOP", "-f", "postgres: .*walsender")
    assert writer.has_written(ROWS)
    pair.dies(old)
    promised = writer.end()

    said = takes_over(force=True)

    lost = promised - kept(new)
    print(f"asynchronous, nothing sent any more: {len(lost)} of {len(promised)} acknowledged rows lost")
    assert len(lost) >= ROWS // 2
    assert "Lost: what the old one acknowledged and had not sent" in said
    pair.comes_back(old)
    rebuilt = pair.make("rebuild-standby")
    alone = re.search(
        r"(\d+) transaction\(s\) are on this machine alone: kept in ([^\s'\"]+)", rebuilt.stdout
    )
    assert alone, rebuilt.stdout[-9000:]
    assert int(alone[1]) >= len(lost)
    assert pair.follows(old)
    # What the rebuild put aside still has every row, and the runbook's command opens it, whoever has its number now.
    theirs = f"$(head -n 1 {alone[2]}/../main/postmaster.pid)"
    old.execute("droplet", "sh", "-c", f'sed -i "1s/.*/{theirs}/" {alone[2]}/postmaster.pid')
    with opened(old, alone[2]) as ask:
        assert promised <= {int(row) for row in ask("select n from drill").split()}
    old.execute("droplet", "rm", "-r", alone[2])


def test_without_waiting_the_loss_is_measured_and_is_what_the_old_disk_still_has(healthy, writer):
    old, new = healthy
    assert writer.has_written(ROWS)
    pair.dies(old)
    promised = writer.end()

    said = takes_over(force=True)

    lost = promised - kept(new)
    print(f"asynchronous, killed under load: {len(lost)} of {len(promised)} acknowledged rows lost")
    assert re.search(r"what is here ends at \w+/\w+, last commit \d{4}-", said)
    # Rows are committed one after the other: what is lost is the end, and nothing in between.
    assert lost == set(range(len(promised) - len(lost) + 1, len(promised) + 1))
