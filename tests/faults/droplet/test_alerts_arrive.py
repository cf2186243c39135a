"""A job fails: it is told, from the real units, to a real receiver; and each job pings."""

import time

import pytest
from hearing import *  # noqa: F403 - fixtures
from hearing import HEARD_PORT, deliver, told

from testbed.shell import wait_until

# The sender of alerts runs each minute.
PERIOD_S, GRACE_S = 60, 15
UNIT = "darkpool-drill"
HOOKS = f"-p OnFailure=darkpool-failed@{UNIT}.service.service -p OnSuccess=darkpool-recovered@{UNIT}.service.service"
DRILL = f"sudo systemd-run --quiet --wait --unit={UNIT} -p Type=oneshot {HOOKS}"


def test_a_job_that_failed_is_told_once(owner, heard):
    owner(f"{DRILL} false || true")
    try:
        wait_until(
            "its record", lambda: owner("sudo ls /var/lib/darkpool/failures | grep drill || true"), 600
        )
        deliver(owner)
        deliver(owner)
        wait_until("the alert", lambda: "darkpool-drill.service failed" in told(heard), 600)
        assert list(told(heard)).count("darkpool-drill.service failed") == 1
    finally:
        owner(
            "sudo rm -f /var/lib/darkpool/failures/darkpool-drill.service.json; sudo systemctl reset-failed"
        )


@pytest.fixture(scope="module")
def pinged(play, heard):
    """The receiver is the dead man's switch too; what it heard."""
    done = play("site", "--tags", "units,alerts", "-e", f"alerts_ping_url=http://127.0.0.1:{HEARD_PORT}/key")
    assert done.returncode == 0, done.stdout
    yield lambda: [path for path, *_ in heard()]
    assert play("site", "--tags", "units,alerts").returncode == 0


def test_each_job_pings_its_start_its_success_and_its_failure(owner, pinged):
    try:
        deliver(owner)
        owner(f"{DRILL} true")
        paths = {"/key/darkpool-deliver/start", "/key/darkpool-deliver", "/key/darkpool-drill"}
        wait_until("the pings", lambda: paths <= set(pinged()), 600)
        owner(f"{DRILL} false || true")
        wait_until("the ping of a failure", lambda: "/key/darkpool-drill/fail" in pinged(), 600)
        assert "key" not in owner("sudo journalctl -u 'darkpool-ping@*' -o cat --no-pager").split("/")
    finally:
        owner(
            "sudo rm -f /var/lib/darkpool/failures/darkpool-drill.service.json; sudo systemctl reset-failed"
        )


class Switch:
    """What such a service makes of a check: down when no ping has come for its period and its grace."""

    def __init__(self, count):
        self._count, self._seen, self._since = count, -1, 0.0

    def is_down(self):
        count, now = self._count(), time.monotonic()
        if count != self._seen:
            self._seen, self._since = count, now
        return now - self._since > PERIOD_S + GRACE_S


def test_when_what_starts_and_watches_all_jobs_is_dead_the_switch_notices(owner, pinged):
    switch = Switch(lambda: pinged().count("/key/darkpool-deliver"))
    deliver(owner)
    owner("sudo systemctl kill --signal=KILL cron.service; sudo systemctl stop cron.service")
    try:
        assert not switch.is_down()
        wait_until("the switch's alarm", switch.is_down, 600)
    finally:
        owner("sudo systemctl start cron.service")
    wait_until("its end", lambda: not switch.is_down(), 600)
