"""Cron ticks from 9:00 to 16:55 in New York, on the last day before each clock change and on the first after it.

The schedule that production ships runs under the system's own cron, in a container of the droplet's system with
the droplet's time zone, on a false clock that runs fast.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from testbed.bed import ROOT

SPEED = 120
DAYS = {
    "2026-03-06": "winter time, last trading day before the change in March",
    "2026-03-09": "summer time, first trading day after it",
    "2026-10-30": "summer time, last trading day before the change in November",
    "2026-11-02": "winter time, first trading day after it",
}
# Begin of the window, its length in minutes, ticks that belong into it.
WINDOWS = {
    "before nine nothing ticks": ("08:48:00", 11, 0),
    "the first tick is at nine": ("08:57:00", 5, 1),
    "the last tick is at 16:55": ("16:52:00", 5, 1),
    "after that nothing ticks": ("16:56:00", 11, 0),
}


@pytest.fixture(scope="module")
def ticks(stranger, owner):
    """Return how often cron started the job, for each day and window; the days run side by side."""
    defaults = yaml.safe_load((ROOT / "roles/collector/defaults/main.yml").read_text())
    passes = defaults["collector_schedule"].split(";")[0]
    zone = owner("timedatectl show --property Timezone --value")

    def play(day):
        machine = stranger()
        machine.do(f"ln -sf /usr/share/zoneinfo/{zone} /etc/localtime && test -e /etc/localtime")
        machine.do(f"echo '{passes} root echo tick >> /tmp/ticks' > /etc/cron.d/collector")
        return {
            (day, name): count(machine, f"{day} {begin}", length)
            for name, (begin, length, _) in WINDOWS.items()
        }

    with ThreadPoolExecutor(len(DAYS)) as pool:
        return {key: value for found in pool.map(play, DAYS) for key, value in found.items()}


def count(machine, begins, minutes):
    fake = f"FAKETIME='@{begins} x{SPEED}' LD_PRELOAD=$(find /usr/lib -name libfaketime.so.1)"
    machine.do("rm -f /tmp/ticks; touch /tmp/ticks")
    machine.do(f"{fake} timeout {minutes * 60 / SPEED:.1f} cron -f")
    said, _ = machine.do("sleep 0.3; wc -l < /tmp/ticks")
    return int(said)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("day", DAYS)
def test_cron_keeps_new_york_time(ticks, day, window):
    assert ticks[day, window] == WINDOWS[window][2], f"{DAYS[day]}: {window}"
