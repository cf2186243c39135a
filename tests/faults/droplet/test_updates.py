"""An update comes while the machine is at work: what it restarts, what it leaves alone, and the machine's hour."""

import pytest

from testbed import bed as beds
from testbed.shell import run, wait_until

# Who is in the middle of something when apt comes by: the database, and what holds sessions.
LEFT_ALONE = ("postgresql@*.service", "dbus.service", "systemd-logind.service")
ASKED_FOR = "/run/reboot-required"
pytestmark = pytest.mark.timeout(900)


def starts(owner, *units):
    """Since when each runs, and as which process."""
    words = " ".join(map(repr, units))
    shown = owner(f"systemctl show --property Id,MainPID,ActiveEnterTimestampMonotonic {words}")
    blocks = (dict(line.split("=", 1) for line in block.splitlines()) for block in shown.split("\n\n"))
    return {block.pop("Id"): block for block in blocks}


def started(bed):
    """When the machine itself did."""
    return run("docker", "inspect", "-f", "{{.State.StartedAt}}", bed.container("droplet"))


@pytest.fixture
def library(owner):
    """The package of a library that the database, sshd and most others have loaded."""
    path = owner("ldd /usr/lib/postgresql/*/bin/postgres | sed -n 's/.*=> \\(.*libcrypto[^ ]*\\).*/\\1/p'")
    return owner(f"dpkg --search $(realpath {path}) | cut -d: -f1")


def test_a_new_library_restarts_what_it_should_and_neither_the_database_nor_a_session(owner, library):
    before = starts(owner, *LEFT_ALONE, "ssh.service")
    assert len(before) == len(LEFT_ALONE) + 1, before

    # Over ssh, as an owner would; a question would end in this test's own limit of time.
    owner(f"sudo apt-get install --yes --reinstall {library} </dev/null", timeout_s=600)

    after = starts(owner, *LEFT_ALONE, "ssh.service")
    assert {unit for unit in after if after[unit] != before[unit]} == {"ssh.service"}
    still_old = owner("sudo needrestart -b -r l </dev/null")
    assert "NEEDRESTART-SVC: postgresql@" in still_old, "the database had not loaded what was replaced"
    assert "NEEDRESTART-SVC: ssh.service" not in still_old


def test_at_its_hour_the_machine_restarts_when_an_update_asked_and_only_then(bed, owner):
    before = started(bed)
    bed.execute("droplet", "rm", "--force", ASKED_FOR)
    bed.execute("droplet", "systemctl", "start", "darkpool-reboot.target")
    assert started(bed) == before

    bed.execute("droplet", "touch", ASKED_FOR)
    bed.execute("droplet", "systemctl", "start", "--no-block", "darkpool-reboot.target")
    wait_until("the restart", lambda: started(bed) != before and bed.is_running("droplet"), 300)
    beds.wait_for_boot(bed)

    assert owner("sudo -u collector psql -XAtqd darkpool -c 'select 1'") == "1"


def test_an_upgrade_restarts_a_machine_that_asks_for_it_and_comes_back(bed, owner, play):
    before = started(bed)
    bed.execute("droplet", "touch", ASKED_FOR)

    done = play("upgrade")

    assert done.returncode == 0, done.stdout[-3000:]
    assert started(bed) != before
    beds.wait_for_boot(bed)
    assert owner("systemctl is-active postgresql@*").strip() == "active"
