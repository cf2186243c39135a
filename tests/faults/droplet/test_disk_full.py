"""The database's disk fills up: told before, nothing is lost while it is full, and all goes on when there is room."""

import contextlib
import datetime as dt
import shlex

import pytest

from testbed import session, world
from testbed.shell import wait_until

SYMBOLS = ("SPY", "QQQ")
DATA = "/var/lib/postgresql"
SMALL = "/mnt/small"
FILL = f"{SMALL}/fill"
RECORD = "/var/lib/darkpool/failures/darkpool-disk.service.json"
# A disk of its own, in the container's memory: what is filled here is not the disk of whoever runs this.
MOVE = """
set -e
systemctl stop {unit}
mkdir -p {small}
size=$(( $(du -sm {data} | cut -f1) + 150 )) inodes=$(( $(find {data} | wc -l) + 400 ))
mount -t tmpfs -o mode=755,size=${{size}}m,nr_inodes=$inodes small {small}
cp -a {data}/. {small}/
mount --bind {small} {data}
systemctl start {unit}
"""
MOVE_BACK = """
rm -rf {small}/fill*
systemctl stop {unit}
umount {data}
rm -rf {data}/*
cp -a {small}/. {data}/
umount {small}
systemctl reset-failed
systemctl start {unit}
systemctl start darkpool-disk.service
"""
# The segments that PostgreSQL has in reserve are used up too.
USE_UP = """
for try in $(seq 80); do
    psql -XAtqd darkpool -c "select pg_logical_emit_message(true, 'drill', 'x'), pg_switch_wal()" || exit 0
done
exit 1
"""


@pytest.fixture(scope="module")
def unit(owner):
    return f"postgresql@{owner('ls /etc/postgresql').strip()}-main"


@pytest.fixture(scope="module")
def root(bed):
    def do(script, timeout_s=600):
        return bed.execute("droplet", "bash", "-c", script, timeout_s=timeout_s)

    return do


@pytest.fixture
def small_disk(bed, root, owner, unit):
    names = {"unit": unit, "data": DATA, "small": SMALL}
    owner(f"sudo {session.PAUSE}")
    root(MOVE.format(**names))
    yield
    root(MOVE_BACK.format(**names))
    world.move(bed, world.offset_s(bed))
    owner(f"sudo {session.RESUME}")


def fill_to(root, percent):
    root(f"""
        set -- $(df --output=size,used -k {SMALL} | tail -n 1)
        want=$(( $1 * {percent} / 100 - $2 + $(stat --format=%s {FILL} 2>/dev/null || echo 0) / 1024 ))
        fallocate --length ${{want}}K {FILL}
    """)


def use_inodes(root):
    root(f"mkdir {FILL}; cd {FILL} && for n in $(seq 100000); do : 2>/dev/null >$n || break; done; true")


@contextlib.contextmanager
def no_room_for_the_spool(root):
    """The spool's disk is full as well: it is the same one, as on most droplets."""
    spool = "/var/lib/collector/spool"
    root(
        f"mkdir -p {spool}; mount -t tmpfs -o size=8k,mode=777 full {spool}; head -c 8192 /dev/zero >{spool}/x.damaged"
    )
    yield
    root(f"umount {spool}")


def a_pass(bed, owner, moment):
    """Take a pass at that time of the bed's day, however it ends."""
    offset = world.offset_at(bed, moment)
    world.move(bed, offset)
    owner(f"sudo -u collector env COLLECTOR_CLOCK_OFFSET_S={offset} collector run || true")


def look(owner):
    """The look that cron starts; what it leaves for the first screen, or nothing."""
    owner("sudo systemctl start darkpool-disk.service || true")
    wait_until("the recorder", lambda: "darkpool-" not in owner("systemctl list-jobs --no-legend"), 600)
    return owner(f"sudo cat {RECORD} 2>/dev/null || true")


def waiting(owner):
    return int(owner("sudo find /var/lib/collector/spool -name '*.page' | wc -l"))


def is_the_truth(bed, lost_prints):
    differ = {symbol: lost_prints(symbol, world.now(bed).date(), swept=False) for symbol in SYMBOLS}
    assert differ == {symbol: ([], []) for symbol in SYMBOLS}


def is_down_and_tries_again(owner, unit):
    """More often than systemd's own patience would have it."""

    def tries():
        return int(owner(f"systemctl show -P NRestarts {unit}"))

    wait_until("the seventh start that fails", lambda: tries() >= 7, 600)
    assert "accepting" not in owner("pg_isready || true"), "PostgreSQL takes connections on a full disk"


def is_back(owner):
    wait_until("PostgreSQL's return", lambda: "accepting" in owner("pg_isready || true"), 600)


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_loses_nothing_is_told_before_and_all_goes_on_by_itself(
    bed, owner, root, unit, lost_prints
):
    a_pass(bed, owner, dt.time(16, 30))
    assert look(owner) == ""
    fill_to(root, 90)
    assert f"{DATA} has used 9" in look(owner)
    a_pass(bed, owner, dt.time(16, 45))
    is_the_truth(bed, lost_prints)

    fill_to(root, 100)
    root(f"cd / && runuser -u postgres -- bash -c {shlex.quote(USE_UP)}")
    is_down_and_tries_again(owner, unit)
    a_pass(bed, owner, dt.time(17, 15))
    assert waiting(owner) > 0
    with no_room_for_the_spool(root):
        a_pass(bed, owner, dt.time(17, 45))
        assert waiting(owner) == 0, "the spool's own disk was not full"

    root(f"rm {FILL}")
    is_back(owner)
    a_pass(bed, owner, dt.time(18, 0))
    assert waiting(owner) == 0
    is_the_truth(bed, lost_prints)
    assert look(owner) == ""


@pytest.mark.usefixtures("small_disk")
def test_a_disk_without_inodes_loses_nothing_and_is_told(bed, owner, root, lost_prints):
    use_inodes(root)
    assert "100 % of its inodes" in look(owner)
    root(f"cd / && runuser -u postgres -- bash -c {shlex.quote(USE_UP)}")
    a_pass(bed, owner, dt.time(18, 30))
    assert waiting(owner) > 0
    root(f"rm -r {FILL}")
    is_back(owner)
    a_pass(bed, owner, dt.time(18, 45))
    assert waiting(owner) == 0
    is_the_truth(bed, lost_prints)
    assert look(owner) == ""


@pytest.fixture
def full_log_disk(bed, root, owner, unit):
    logs = "/var/log/postgresql"
    owner(f"sudo {session.PAUSE}")
    root(f"""
        set -e
        mount -t tmpfs -o size=64k,mode=1775 full {logs}
        chown postgres:postgres {logs}; install -d -o postgres {logs}/weekdays
        systemctl restart {unit}
        head -c 64K /dev/zero >{logs}/fill || true
    """)
    yield
    root(f"umount --lazy {logs}; systemctl restart {unit}; systemctl start darkpool-disk.service")
    world.move(bed, world.offset_s(bed))
    owner(f"sudo {session.RESUME}")


@pytest.mark.usefixtures("full_log_disk")
def test_a_full_disk_of_logs_stops_no_row_and_is_told(bed, owner, lost_prints):
    assert "/var/log/postgresql has used 100 % of its room" in look(owner)
    a_pass(bed, owner, dt.time(19, 0))
    assert waiting(owner) == 0
    is_the_truth(bed, lost_prints)
