"""The standby is gone for good: the first server goes on, and its disk does not fill."""

import time

import pair

from testbed.shell import succeeds

SEGMENTS = 40
SEGMENT_MB = 16
BOUND_MB = 64


def log_mb(machine):
    return int(pair.sql(machine, "select (sum(size) / 1048576)::int from pg_ls_waldir()"))


def set_bound(machine, megabytes):
    for name, value in (
        ("max_slot_wal_keep_size", megabytes),
        ("max_wal_size", BOUND_MB),
        ("min_wal_size", 32),
    ):
        pair.sql(machine, f"alter system set {name} = '{value}'")
    pair.sql(machine, "select pg_reload_conf()")
    time.sleep(1)


def fill(machine):
    for _ in range(SEGMENTS):
        pair.sql(machine, "insert into filler values (1); select pg_switch_wal()")
    pair.sql(machine, "checkpoint")


def looked(machine):
    """Look at the pair as cron does; say what went wrong, as it is shown at each login."""
    unit = "darkpool-standby-watch.service"
    succeeds("docker", "exec", machine.container("droplet"), "systemctl", "start", unit)
    time.sleep(2)
    record = f"cat /var/lib/darkpool/failures/{unit}.json 2>/dev/null || true"
    return machine.execute("droplet", "sh", "-c", record)


def test_a_dead_standby_is_shown_until_it_is_back(healthy):
    leader, follower = healthy
    assert looked(leader) == ""
    assert looked(follower) == ""
    unit = follower.execute("droplet", "sh", "-c", "echo postgresql@$(ls /etc/postgresql)-main").strip()

    follower.execute("droplet", "systemctl", "stop", unit)

    assert "the second server takes nothing" in looked(leader)
    assert "does not answer" in looked(follower)
    follower.execute("droplet", "systemctl", "start", unit)
    assert pair.follows(follower)
    assert looked(leader) == ""
    assert looked(follower) == ""


def test_the_log_that_a_dead_standby_needs_is_bounded_and_writing_goes_on(healthy, writer):
    leader, follower = healthy
    unit = follower.execute("droplet", "sh", "-c", "echo postgresql@$(ls /etc/postgresql)-main").strip()
    follower.execute("droplet", "systemctl", "stop", unit)
    pair.sql(leader, "create table filler (n int)")
    try:
        set_bound(leader, -1)
        fill(leader)
        assert log_mb(leader) >= SEGMENTS * SEGMENT_MB, "the control: without a bound all of it is kept"

        set_bound(leader, f"{BOUND_MB}MB")
        fill(leader)

        assert pair.state(leader)["slot"] == "lost"
        assert log_mb(leader) < SEGMENTS * SEGMENT_MB // 2
        assert writer.has_written(100)
    finally:
        pair.sql(leader, "alter system reset all")
        pair.sql(leader, "select pg_reload_conf()")
        pair.sql(leader, "drop table filler")
    rebuilt = pair.make("rebuild-standby")
    assert rebuilt.returncode == 0, rebuilt.stdout[-3000:]
    assert pair.follows(follower)
    assert pair.state(leader)["slot"] == "reserved"
