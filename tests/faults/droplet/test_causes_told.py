"""A disk fills up, a backup grows old, the clock's service and PostgreSQL stop: each is told once, and its end too."""

import contextlib

import pytest
from hearing import *  # noqa: F403 - fixtures
from hearing import deliver, told

from testbed import world
from testbed.shell import wait_until

# Longer than what is over must have been quiet.
QUIET_S = 13 * 60
# A container may not set its clock, so chrony does not start there: this one leaves it alone, and is its own source.
CHRONY = """
set -e
mkdir -p /run/systemd/system/chrony.service.d
echo 'local stratum 8
port 0
cmdport 0' >/run/drill-chrony.conf
echo '[Unit]
ConditionCapability=
[Service]
ExecStart=
ExecStart=!/usr/sbin/chronyd -x -f /run/drill-chrony.conf' >/run/systemd/system/chrony.service.d/drill.conf
systemctl daemon-reload
systemctl start chrony
"""
NO_CHRONY = """
systemctl stop chrony
rm -rf /run/systemd/system/chrony.service.d /run/drill-chrony.conf
systemctl daemon-reload
systemctl start darkpool-host.service
"""
# The newest dump alone, under an older name, which is what says when it was made.
AGE = """
set -e
cd /var/backups
ls -d darkpool/darkpool-*Z >/dev/null 2>&1 || systemctl start darkpool-backup.service
mkdir drill
touch -r /etc/default/darkpool-backup drill/when
mv darkpool/darkpool-*Z drill/
cp -a drill/$(ls drill | grep Z$ | tail -n 1) darkpool/darkpool-20200101T000000Z
touch -d '9 days ago' /etc/default/darkpool-backup
"""
NOT_AGED = """
cd /var/backups
rm -rf darkpool/darkpool-2020*
mv drill/darkpool-*Z darkpool/
touch -r drill/when /etc/default/darkpool-backup
rm -r drill
"""
FILL = (
    "mount -t tmpfs -o size=1m small /var/lib/pgbackrest; head -c 1000000 /dev/zero >/var/lib/pgbackrest/fill"
)
# In this order: a backup needs PostgreSQL. What makes it happen, what mends it, and who looks after each.
CAUSES = {
    "darkpool-disk.service": (FILL, "umount /var/lib/pgbackrest", "darkpool-disk.service"),
    "darkpool-backup-watch.service": (AGE, NOT_AGED, "darkpool-backup-watch.service"),
    "clock": ("systemctl stop chrony", "systemctl start chrony", "darkpool-host.service"),
    "database": ("systemctl stop postgresql", "systemctl start postgresql", ""),
}
SAID = {
    "darkpool-disk.service": "darkpool-disk.service failed",
    "darkpool-backup-watch.service": "darkpool-backup-watch.service failed",
    "clock": "The clock is not synchronised",
    "database": "PostgreSQL does not answer",
}


@pytest.fixture
def root(bed):
    def do(script):
        return bed.execute("droplet", "bash", "-c", script, timeout_s=600)

    return do


@pytest.fixture
def _chrony(root):
    root(CHRONY)
    yield
    root(NO_CHRONY)


@pytest.fixture
def _paused(owner):
    """Cron's own rounds would take the turns that are counted here."""
    owner("sudo systemctl stop cron.service darkpool-deliver.service")
    yield
    owner("sudo systemctl start cron.service")


@pytest.mark.usefixtures("_chrony", "_paused")
def test_each_is_told_once_and_once_that_it_is_over(bed, owner, root, heard):
    def looks():
        for _, _, unit in CAUSES.values():
            owner(f"sudo systemctl start {unit} || true" if unit else "true")
        wait_until("the recorder", lambda: "darkpool-" not in owner("systemctl list-jobs --no-legend"), 600)

    def rounds(*after_s):
        for later_s in after_s:
            deliver(owner, world.offset_s(bed) + later_s)
        found = list(told(heard))
        return {
            name: (found.count(fired), found.count(f"RESOLVED {name} is well again"))
            for name, fired in SAID.items()
        }

    looks()
    assert set(rounds(0).values()) == {(0, 0)}
    with contextlib.ExitStack() as mended:
        mended.callback(looks)
        for cause, mend, _ in CAUSES.values():
            mended.callback(root, mend)
            root(cause)
        looks()
        assert rounds(30, 60) == dict.fromkeys(SAID, (1, 0))
    assert rounds(QUIET_S, QUIET_S + 30) == dict.fromkeys(SAID, (1, 1))
