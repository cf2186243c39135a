"""A pair of servers, one of which follows the other; each drill begins with a healthy pair."""

import os

import pair
import pytest
from writer import Writer

# While drills are written: the pair of the run before, and it stays.
KEPT = bool(os.environ.get("PAIR_KEPT"))


@pytest.fixture(scope="session")
def machines():
    pair.up(fresh=not KEPT)
    for target in () if KEPT else ("standby", "release"):
        made = pair.make(target)
        assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-2000:]
    yield pair.MACHINES
    if not KEPT:
        pair.down()


@pytest.fixture
def healthy(machines):
    """Return who leads and who follows, after mending what the drill before has left."""
    for machine in machines.values():
        if not machine.is_running("droplet"):
            pair.comes_back(machine)
    leader, follower = pair.on_post("droplet"), pair.on_post("droplet-standby")
    if not pair.state(follower).get("timeline"):
        made = pair.make("rebuild-standby")
        assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-2000:]
    assert pair.follows(follower)
    pair.sql(leader, "drop table if exists drill; create table drill (n int primary key)")
    return leader, follower


@pytest.fixture
def commits_wait(healthy):
    """Both machines as `standby_synchronous_enabled: true` makes them."""
    setting = pair.INVENTORY / "group_vars/all/standby.yml"
    setting.write_text("---\nstandby_synchronous_enabled: true\n")
    made = pair.play("replication")
    assert made.returncode == 0, made.stdout[-3000:]
    yield
    setting.unlink()
    assert pair.play("replication").returncode == 0


@pytest.fixture
def writer(healthy):
    """Somebody who writes to the one that leads."""
    found = Writer(healthy[0])
    yield found
    found.end()
