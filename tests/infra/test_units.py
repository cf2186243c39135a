"""Our units: how exposed each is, what each owes that cron starts, and that none fails in silence."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.infra.our_units import SCHEDULED, root, sandboxed, schedules, shown, written
from tests.infra.owed import lacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testinfra.host import Host

# What systemd-analyze may say at most, as measured: a unit of ours, and a service in a sandbox of ours.
MOST_OURS = 1.1
# Root, as they put back files in /etc and homes, or change the firewall.
MOST_AS_ROOT = {"darkpool-guard": 1.2, "darkpool-guard-boot": 1.2, "bans-in-force": 1.4, "darkpool-host": 1.4}
# What delivers alerts is in one group more, to read the records of failures.
MOST_IN_A_GROUP = {"darkpool-deliver": 1.2}
MOST_OTHERS = {"postgresql": 1.1, "fail2ban": 1.4}
MOST_ANYBODY = 2.7
PAIR = "/etc/darkpool-standby/settings.json"
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
    known = {**MOST_AS_ROOT, **MOST_IN_A_GROUP}
    most = {unit: known.get(unit.removesuffix(".service"), MOST_OURS) for unit in judged}
    assert {unit: level for unit, (level, _) in judged.items() if level > most[unit]} == {}, (
        f"of {len(judged)} units"
    )


def test_the_services_that_we_put_into_a_sandbox_are_in_it(host: Host) -> None:
    judged = {unit: exposure(host, unit)[0] for unit in sandboxed(host)}
    assert {re.split(r"[@.]", unit)[0] for unit in judged} >= MOST_OTHERS.keys()
    with host.sudo():
        # One address more may reach the database of a pair, which the auditor counts.
        others = MOST_OTHERS | ({"postgresql": 1.2} if host.file(PAIR).exists else {})
    most = {unit: others.get(re.split(r"[@.]", unit)[0], MOST_ANYBODY) for unit in judged}
    assert {unit: level for unit, level in judged.items() if level > most[unit]} == {}


def scheduled(host: Host) -> set[str]:
    lines = schedules(host)
    assert lines, "cron starts nothing of ours"
    assert {path for path, found in lines.items() if not found} == set()
    strange = [line for found in lines.values() for line in found if not SCHEDULED.fullmatch(line)]
    assert strange == [], "started beside the sandbox"
    return {SCHEDULED.fullmatch(line)[1] for found in lines.values() for line in found}


def test_every_unit_of_ours_and_all_that_cron_starts_has_what_it_owes(host: Host) -> None:
    jobs = scheduled(host)
    units = sorted(jobs | set(written(host)) | set(sandboxed(host)))
    asked = {unit: lacks(shown(host, unit), scheduled=unit in jobs) for unit in units}
    assert {unit: missing for unit, missing in asked.items() if missing} == {}, f"of {len(asked)} units"


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


LOOP = """
[Unit]
StartLimitIntervalSec=0
{unit}
[Service]
Type=exec
{service}
RootDirectory=/usr/local/lib/darkpool/root
BindReadOnlyPaths=/usr /bin /lib -/lib64
BindPaths=/run/darkpool-drill
Restart=always
RestartSec=0.5
ExecStart=/bin/sh -c 'test -e /run/darkpool-drill/well && exec sleep 600; kill -KILL $$$$'
"""
SOON = "[Timer]\nOnActiveSec=\nOnActiveSec=2\n"
STEADY = f"/run/systemd/system/darkpool-steady@{DRILL}.timer.d"


def staying(host: Host) -> list[str]:
    units = {*written(host), *sandboxed(host)}
    return sorted(unit for unit in units if shown(host, unit)["Type"] != "oneshot")


@contextlib.contextmanager
def looping(host: Host, model: str) -> Iterator[None]:
    """A service that dies again and again, with the lines that the model has for that."""
    lines = root(host, "systemctl cat %s", model).stdout.splitlines()
    service = [line for line in lines if "darkpool-failed@" in line or "RootDirectoryStartOnly" in line]
    unit = [line for line in lines if line.startswith("Wants=darkpool-steady@")]
    text = LOOP.format(unit="\n".join(unit), service="\n".join(service))
    root(host, f"mkdir -p {STEADY} /run/darkpool-drill && printf %%s %s >{STEADY}/soon.conf", SOON)
    root(host, f"printf %%s %s >/run/systemd/system/{DRILL} && systemctl daemon-reload", text)
    try:
        assert root(host, f"systemctl start --no-block {DRILL}").rc == 0
        yield
    finally:
        away = f"{RECORDS}/{DRILL}.json /run/systemd/system/{DRILL} {STEADY} /run/darkpool-drill"
        root(host, f"systemctl stop {DRILL}; rm -rf {away}; systemctl daemon-reload")


def becomes(host: Host, condition: str) -> bool:
    return root(host, f"for try in $(seq 300); do {condition} && exit 0; sleep 0.1; done; exit 1").rc == 0


@pytest.mark.usefixtures("drill")
def test_a_service_that_dies_again_and_again_is_recorded_until_it_stays_up(host: Host) -> None:
    path = f"{RECORDS}/{DRILL}.json"
    assert any(unit.startswith("postgresql@") for unit in staying(host))
    for model in staying(host):
        with looping(host, model):
            assert becomes(host, f"grep -q '\"count\": 3' {path}"), f"{model} dies in silence"
            assert (record(host)["result"], record(host)["exit_status"]) == ("signal", "KILL")
            root(host, "touch /run/darkpool-drill/well")
            assert becomes(host, f"! test -e {path}"), f"{model} is steady again, and still reported"
            root(host, f"systemctl kill --signal=KILL {DRILL}")
            assert becomes(host, f"test -e {path}")
            root(host, f"systemctl stop {DRILL}; sleep 0.5")
            assert record(host)["count"] == 1, "that it was stopped is no death"
