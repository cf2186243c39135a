"""Our units: how exposed each is, what each owes that cron starts, and that none fails in silence."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.infra.our_units import SCHEDULED, root, sandboxed, schedules, shown, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testinfra.host import Host

# What systemd-analyze may say at most: a unit of ours, and a service of the distribution in a sandbox of ours.
MOST_OURS = 1.1
# Root, as they put back files in /etc and homes, or change the firewall.
MOST_AS_ROOT = {"darkpool-guard": 1.5, "darkpool-guard-boot": 1.5, "bans-in-force": 1.5}
MOST_OTHERS = {"postgresql": 1.2, "fail2ban": 2.7}
FEWEST_CHECKS = 70
RECORDS = "/var/lib/darkpool/failures"
DRILL = "darkpool-drill.service"


def exposure(host: Host, unit: str) -> tuple[float, int]:
    """The level, and how many checks were made: an auditor that checks nothing finds nothing."""
    said = root(host, "systemd-analyze security --no-pager %s", unit).stdout
    level = re.search(r"exposure level for \S+: ([\d.]+)", said)
    assert level, f"systemd-analyze says nothing about {unit}: {said}"
    return float(level[1]), len(re.findall(r"^[✓✗]", said, re.MULTILINE))


def test_none_of_our_units_is_exposed(host: Host) -> None:
    judged = {unit: exposure(host, unit) for unit in written(host)}
    assert judged, "no unit of ours was found"
    assert {unit: checks for unit, (_, checks) in judged.items() if checks < FEWEST_CHECKS} == {}
    most = {unit: MOST_AS_ROOT.get(unit.removesuffix(".service"), MOST_OURS) for unit in judged}
    assert {unit: level for unit, (level, _) in judged.items() if level > most[unit]} == {}, (
        f"of {len(judged)} units"
    )


def test_the_services_that_we_put_into_a_sandbox_are_in_it(host: Host) -> None:
    judged = {unit: exposure(host, unit)[0] for unit in sandboxed(host)}
    assert any(unit.startswith("postgresql@") for unit in judged)
    most = {unit: MOST_OTHERS[re.split(r"[@.]", unit)[0]] for unit in judged}
    assert {unit: level for unit, level in judged.items() if level > most[unit]} == {}


def test_whatever_cron_starts_for_us_is_a_unit_with_all_that_a_job_owes(host: Host) -> None:
    lines = schedules(host)
    assert lines, "cron starts nothing of ours"
    assert {path for path, found in lines.items() if not found} == set()
    strange = [line for found in lines.values() for line in found if not SCHEDULED.fullmatch(line)]
    assert strange == [], "started beside the sandbox"
    units = {SCHEDULED.fullmatch(line)[1] for found in lines.values() for line in found}
    assert {unit: missing for unit in units if (missing := what_a_job_lacks(shown(host, unit), unit))} == {}


def what_a_job_lacks(unit: dict[str, str], name: str) -> list[str]:
    kept = {
        "is loaded": unit["LoadState"] == "loaded",
        # While it is starting a second start joins the first: systemd's own lock.
        "one at a time": unit["Type"] == "oneshot",
        "ends in time": unit["TimeoutStartUSec"] != "infinity",
        "memory": unit["MemoryMax"].isdigit() and unit["MemorySwapMax"] == "0",
        "ends whole when memory is out": unit["OOMPolicy"] in ("stop", "kill"),
        "goes before PostgreSQL": int(unit["OOMScoreAdjust"]) > 0,
        "is no root": unit["User"] not in ("", "root"),
        "its failure is recorded": unit["OnFailure"] == f"darkpool-failed@{name}.service",
        "and forgotten": unit["OnSuccess"] == f"darkpool-recovered@{name}.service",
    }
    return [what for what, held in kept.items() if not held]


def test_postgresql_does_not_fail_in_silence(host: Host) -> None:
    for unit in sandboxed(host):
        if unit.startswith("postgresql@"):
            known = shown(host, unit)
            assert known["OnFailure"] == f"darkpool-failed@{unit}.service"
            assert f"darkpool-recovered@{unit}.service" in known["Wants"]


@pytest.fixture
def drill(host: Host) -> Iterator[None]:
    """No trace of the drill's unit before and after."""
    clean = "systemctl stop %s; systemctl reset-failed %s; rm -f %s"
    root(host, clean, DRILL, DRILL, f"{RECORDS}/{DRILL}.json")
    yield
    root(host, clean, DRILL, DRILL, f"{RECORDS}/{DRILL}.json")


def play(host: Host, *words: str) -> int:
    """A job with the hooks of ours; wait for what the hooks start."""
    hooks = (
        f"-p OnFailure=darkpool-failed@{DRILL}.service -p OnSuccess=darkpool-recovered@{DRILL}.service"
        " -p Type=oneshot --quiet"
    )
    command = f"systemctl reset-failed {DRILL}; systemd-run --unit={DRILL} {hooks} {' '.join(words)}"
    ended = root(host, command).rc
    root(
        host,
        "for try in $(seq 100); do systemctl list-jobs --no-legend | grep -q darkpool- || break; sleep 0.1; done",
    )
    return ended


def record(host: Host) -> dict[str, Any]:
    return json.loads(root(host, "cat %s", f"{RECORDS}/{DRILL}.json").stdout)


@pytest.mark.usefixtures("drill")
def test_a_job_that_hangs_is_ended_and_recorded_until_it_works_again(host: Host) -> None:
    for count in (1, 2):
        assert play(host, "-p TimeoutStartSec=1", "sh -c 'echo so far; sleep 60'") != 0
        noted = record(host)
        assert (noted["unit"], noted["result"], noted["count"]) == (DRILL, "timeout", count)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", noted["failed_at"])
        assert "so far" in noted["log"]
    loud = root(host, "journalctl -p crit -n 20 -o cat --no-pager").stdout
    assert f"{DRILL} failed (timeout" in loud
    assert play(host, "true") == 0
    assert root(host, "ls %s", RECORDS).stdout.find(DRILL) == -1


@pytest.mark.usefixtures("drill")
def test_a_job_that_is_killed_says_by_which_signal(host: Host) -> None:
    assert play(host, "sh -c 'kill -KILL $$$$'") != 0
    assert (record(host)["result"], record(host)["exit_status"]) == ("signal", 9)


@pytest.mark.usefixtures("drill")
def test_a_job_that_takes_too_much_memory_is_ended_where_the_kernel_limits_units(host: Host) -> None:
    greedy = "python3 -c 'print(len(bytearray(200 << 20)))'"
    ended = play(host, "-p MemoryMax=32M -p MemorySwapMax=0", greedy)
    if limits_units(host):
        assert (ended != 0, record(host)["result"]) == (True, "oom-kill")
    else:
        # A container's controllers are mounted read-only: systemd sets the limit and says that nothing holds it.
        assert (ended, shown(host, "init.scope")["MemoryCurrent"]) == (0, "[not set]")


def limits_units(host: Host) -> bool:
    return root(host, "test -e /sys/fs/cgroup/system.slice/memory.max").rc == 0


@pytest.mark.usefixtures("drill")
def test_records_of_failures_are_for_those_who_may_read_logs(host: Host) -> None:
    assert play(host, "false") != 0
    path = f"{RECORDS}/{DRILL}.json"
    assert root(host, "setpriv --reuid nobody --regid adm --clear-groups cat %s", path).rc == 0
    assert root(host, "setpriv --reuid nobody --regid nogroup --clear-groups cat %s", path).rc != 0
    assert root(host, "setpriv --reuid nobody --regid adm --clear-groups rm -f %s", path).rc != 0
