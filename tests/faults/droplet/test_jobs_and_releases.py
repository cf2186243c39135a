"""Releases and jobs take turns: neither begins in the middle of the other, and neither is lost for having waited."""

import pytest

from testbed.bed import ROOT
from testbed.shell import wait_until

PASS = "collector.service"
AT_WORK = "pgrep -f 'bin/python[^ ]* .*collector [r]un'"
JOBS = r"sudo sh -c 'cat /etc/cron.d/*' | sed -nE 's/.* root systemctl start (\S+\.service)$/\1/p' | sort -u"
SWITCH = "darkpool-drill-release.service"
# systemd's own name of "Starting ...".
STARTING = "7d4958e842da4a758f6c1cdc7b36dcc5"
SLOW_STATUS = """
import time

works = main


def main(argv=None):
    time.sleep(8 if "status" in sys.argv else 0)
    return works(argv)
"""


@pytest.fixture(scope="module")
def release(begin_release):
    """Begin to release a checkout; afterwards the one that ran before runs again."""

    def begin(source, wait_s=600):
        return begin_release(source, "-v", "-e", f"release_wait_s={wait_s}")

    yield begin
    said, _ = begin(ROOT).communicate()
    assert "failed=0" in said, said


@pytest.fixture
def no_schedule(owner):
    owner("sudo systemctl stop cron.service; while systemctl is-active --quiet collector; do sleep 0.2; done")
    yield
    owner("sudo systemctl start cron.service")


@pytest.fixture
def halted_pass(owner, no_schedule):
    """A pass in the middle of its work, for as long as a test likes; give what lets it go on."""
    owner(f"sudo systemctl start --no-block {PASS}; until {AT_WORK}; do sleep 0.02; done")
    process = owner(AT_WORK).strip()
    owner(f"sudo kill -STOP {process}")
    yield lambda: owner(f"sudo kill -CONT {process}")
    owner(f"sudo kill -CONT {process} || true")


def runs(owner):
    return owner("readlink /opt/collector/current").strip()


def installed(owner):
    return len(owner("ls -d /opt/collector/releases/*/venv/bin/collector").split())


def program_of(owner, unit):
    return owner(f"cat /proc/$(systemctl show -P MainPID {unit})/comm || true").strip()


@pytest.mark.usefixtures("halted_pass")
def test_a_release_that_waited_too_long_for_a_pass_names_it_and_changes_nothing(owner, release, source):
    before = runs(owner)
    said, _ = release(source, wait_s=2).communicate(timeout=600)
    assert f"NOT RELEASED: {PASS} is still at work after 2 s" in said, said
    assert runs(owner) == before


def test_a_release_waits_for_the_pass_that_is_at_work_and_then_switches(owner, release, source, halted_pass):
    before, releases = runs(owner), installed(owner)
    begun = release(source)
    wait_until("its installation", lambda: installed(owner) > releases, 600)
    assert runs(owner) == before
    halted_pass()
    said, _ = begun.communicate(timeout=600)
    assert f"waiting for {PASS}" in said, said
    assert begun.returncode == 0, said
    assert runs(owner) != before
    assert owner(f"systemctl show -P Result {PASS}").strip() == "success"


@pytest.mark.usefixtures("no_schedule")
def test_a_pass_that_is_due_while_a_release_switches_runs_after_it(owner, release, rows, source):
    with (source / "collector/cli.py").open("a") as file:
        file.write(SLOW_STATUS)
    before = runs(owner)
    begun = release(source)
    wait_until("a step of it", lambda: owner("pgrep -f 'collector [s]tatus' || true") != "", 600)
    owner(f"sudo systemctl start --no-block {PASS}; sleep 1")
    assert (program_of(owner, PASS), runs(owner)) == ("flock", before)
    said, _ = begun.communicate(timeout=600)
    assert begun.returncode == 0, said
    new = runs(owner).rpartition("/")[2]
    passes = f"select count(*) from ops.runs where release = '{new}' and kind = 'run'"
    wait_until("its pass", lambda: rows(passes) == [["1"]], 600)
    assert owner(f"sudo systemctl start {PASS}; systemctl show -P Result {PASS}").strip() == "success"


@pytest.fixture
def a_release_switches(owner, no_schedule):
    """What a release does while it switches: wait for the jobs that are at work, then hold their lock alone."""
    holder = "flock --timeout 300 /usr/local/lib/darkpool sh -c 'systemd-notify --ready; sleep 600'"
    options = "-p Type=notify -p NotifyAccess=all -p TimeoutStartSec=300"
    owner(f"sudo systemd-run --quiet --unit={SWITCH} {options} {holder}")
    yield
    owner(f"sudo systemctl stop {SWITCH} 2>/dev/null || true")


@pytest.mark.usefixtures("a_release_switches")
def test_each_job_that_is_started_twice_while_a_release_switches_waits_and_then_runs_once(owner):
    # What has just let go of the lock is told to have finished a moment later.
    jobs, begun = owner(JOBS).split(), owner("sleep 1; date +%s.%6N")
    assert len(jobs) >= 3
    for job in jobs:
        owner(f"sudo sh -c 'systemctl start --no-block {job}; sleep 1; systemctl start --no-block {job}'")
    assert {job: program_of(owner, job) for job in jobs} == dict.fromkeys(jobs, "flock")
    owner(f"sudo systemctl stop {SWITCH}")
    for job in jobs:
        owner(f"while systemctl is-active {job} | grep -qx activating; do sleep 0.2; done", timeout_s=900)
        starts = f"sudo journalctl --since=@{begun} UNIT={job} MESSAGE_ID={STARTING} --output=cat"
        assert len(owner(starts).splitlines()) == 1, f"{job} did not run once"
