"""PostgreSQL dies or hangs while rows are written: all that was acknowledged is there, and so is the day.

A writer on the droplet says each number after its COMMIT; the ledger is this process, which no fault there can reach.
Beside it the collector fetches an old day, whose prints are then held against the truth.
"""

import itertools
import shlex
import subprocess
import time
from pathlib import Path

import pytest

from testbed import session
from testbed.shell import wait_until

WRITER = Path(__file__).parent / "numbered.py"
PYTHON = "sudo -u collector /opt/collector/current/venv/bin/python"
PSQL = "cd / && sudo -u postgres psql -XAtq -v ON_ERROR_STOP=1 -d darkpool -c"
BEFORE_S, AFTER_S, BACK_WITHIN_S, HUNG_S = 2, 8, 10, 12
MAIN = "$(systemctl show -P MainPID postgresql@$(ls /etc/postgresql)-main)"
A_BACKEND = "select pid from pg_stat_activity where application_name = 'numbered'"
ALL_OF_IT = "-u postgres -x postgres"
EVERYTHING = f"sudo pkill -KILL {ALL_OF_IT}"
HANGS = "nothing, but it hangs"
# Each in one command, so that nobody flushes what another has left; the hung one is let go by the same.
FAULTS = {
    "the postmaster": f"sudo kill -KILL {MAIN}",
    "all its processes but the postmaster": f"sudo pkill -KILL -P {MAIN}",
    "one backend": f'sudo kill -KILL $({PSQL} "{A_BACKEND}")',
    "everything at once": EVERYTHING,
    HANGS: f"sudo pkill -STOP {ALL_OF_IT}; sleep {HUNG_S}; sudo pkill -CONT {ALL_OF_IT}",
}


@pytest.fixture(scope="module")
def old_days(truth):
    """Sessions that nothing has collected yet, one for each fault."""
    return iter([one["date"] for one in truth("/_truth/sessions")["sessions"]][2:])


@pytest.fixture
def day(old_days):
    return next(old_days)


@pytest.fixture
def numbered(owner):
    owner(f"sudo {session.PAUSE}")
    made = (
        "create schema drill; create table drill.numbered (n int); grant usage on schema drill to collector"
    )
    owner(f"{PSQL} '{made}; grant insert on drill.numbered to collector'")
    yield
    wait_until("PostgreSQL", lambda: "accepting" in owner("pg_isready || true"), 600)
    owner(f"{PSQL} 'set client_min_messages = warning; drop schema drill cascade' && sudo {session.RESUME}")


@pytest.fixture
def under_load(bed, owner):
    """Write, break, go on writing: the numbers that were acknowledged, with their times, in order."""
    ssh = ["ssh", "-F", bed.ssh_config(), "droplet"]

    def writing(fault, seconds, options="", beside="true"):
        command = f"{PYTHON} - {seconds} {shlex.quote(options)}"
        with WRITER.open() as source, subprocess.Popen([*ssh, beside]) as other:
            writer = subprocess.Popen([*ssh, command], stdin=source, stdout=subprocess.PIPE, text=True)
            time.sleep(BEFORE_S)
            owner(fault)
            said, _ = writer.communicate(timeout=seconds + 60)
            other.wait(timeout=600)
        return [(int(number), float(at)) for number, at in (line.split() for line in said.splitlines())]

    return writing


def missing(owner, acknowledged):
    kept = {int(line) for line in owner(f"{PSQL} 'select n from drill.numbered'").split()}
    return sorted({number for number, _ in acknowledged} - kept)


def silence_s(acknowledged):
    times = [at for _, at in acknowledged]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize("killed", FAULTS)
@pytest.mark.usefixtures("numbered")
def test_nothing_acknowledged_is_lost_and_it_is_back_by_itself(owner, under_load, day, lost_prints, killed):
    fetch = (
        f"sudo -u collector collector backfill --from {day} --to {day} --feed darkpool_trades >/dev/null 2>&1"
    )
    hung = HUNG_S if killed == HANGS else 0
    seconds = BEFORE_S + hung + AFTER_S
    acknowledged = under_load(FAULTS[killed], seconds, beside=fetch)
    assert missing(owner, acknowledged) == []
    assert acknowledged[-1][1] > seconds - 1, "it did not write again"
    assert silence_s(acknowledged) < BACK_WITHIN_S + hung
    print(f"{killed}: {len(acknowledged)} acknowledged, silent for {silence_s(acknowledged):.1f} s")

    wait_until("the day", lambda: owner(f"{fetch}; echo $?").strip() == "0", 600)
    assert lost_prints("SPY", day) == ([], [])


@pytest.fixture
def lazy(owner):
    """Commits that do not wait for the disk, and nobody who writes them there soon."""
    owner(f"{PSQL} \"alter system set wal_writer_delay = '10s'\" -c 'select pg_reload_conf()'")
    yield "-c synchronous_commit=off"
    wait_until("PostgreSQL", lambda: "accepting" in owner("pg_isready || true"), 600)
    owner(f"{PSQL} 'alter system reset wal_writer_delay' -c 'select pg_reload_conf()'")


@pytest.mark.usefixtures("numbered")
def test_control_commits_that_do_not_wait_for_the_disk_are_lost_by_the_same_kill(owner, under_load, lazy):
    acknowledged = under_load(EVERYTHING, BEFORE_S + AFTER_S, options=lazy)
    lost = missing(owner, acknowledged)
    print(f"{len(lost)} of {len(acknowledged)} acknowledged rows are gone")
    assert lost
