"""The memory adds up, and who has to go first when it does not is not PostgreSQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.infra.our_units import root, sandboxed, schedules, shown, written

if TYPE_CHECKING:
    from testinfra.host import Host

LIMITS = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes"
KILLS = "/sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control /proc/vmstat"
MIB = 1 << 20


@pytest.fixture(scope="module")
def table(host: Host) -> dict[str, int]:
    """Who uses how many MiB, by the table that the owner reads."""
    lines = host.file("/etc/darkpool/memory").content_string.splitlines()
    found = (re.match(r" *(\d+)  (.{23}) ", line) for line in lines if not line.startswith("#"))
    return {match[2].strip(): int(match[1]) for match in found}


@pytest.fixture(scope="module")
def jobs_and_services(host: Host) -> list[dict[str, str]]:
    return [shown(host, unit) for unit in written(host) if "@" not in unit]


def machine_mib(host: Host) -> int:
    """What there is: the machine's memory, or a container's limit where it is less."""
    total = int(host.check_output("sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo")) * 1024
    limits = [int(word) for word in root(host, f"cat {LIMITS}").stdout.split() if word.isdigit()]
    return min([total, *limits]) // MIB


def test_the_table_adds_up_to_no_more_than_the_machine_has(host: Host, table: dict[str, int]) -> None:
    lines = {name: mib for name, mib in table.items() if name != "in all"}
    assert len(lines) >= 3
    assert sum(lines.values()) == table["in all"] <= machine_mib(host)


def test_the_limits_that_systemd_holds_are_in_the_table(
    host: Host, table: dict[str, int], jobs_and_services: list[dict[str, str]]
) -> None:
    assert jobs_and_services
    # Root's own small jobs look after the system.
    ours, systems = (
        together_mib(host, [unit for unit in jobs_and_services if (unit["User"] in ("", "root")) == root_s])
        for root_s in (False, True)
    )
    assert 0 < ours <= table["in all"] - table["PostgreSQL"] - table["the system itself"]
    assert systems <= table["the system itself"]


def together_mib(host: Host, units: list[dict[str, str]]) -> int:
    """The sum; units that take turns in a slice of ours have the slice's memory, if none may have more alone."""
    slices: dict[str, list[int]] = {}
    for unit in units:
        key = unit["Id"] if unit["Slice"] == "system.slice" else unit["Slice"]
        slices.setdefault(key, []).append(most_mib(unit))
    shared = {name: most_mib(shown(host, name)) for name in slices if name.endswith(".slice")}
    return sum(
        max(*alone, shared.get(name, 0)) if name in shared else sum(alone) for name, alone in slices.items()
    )


def most_mib(unit: dict[str, str]) -> int:
    assert unit["MemoryMax"].isdigit(), f"{unit['Id']} has no limit"
    return int(unit["MemoryMax"]) // MIB


def test_postgresqls_settings_fit_into_its_line(host: Host, table: dict[str, int]) -> None:
    query = (
        "select (sum(case name when 'shared_buffers' then setting::bigint * 8"
        " when 'work_mem' then setting::bigint * (select setting::int from pg_settings where name = 'max_connections')"
        " when 'maintenance_work_mem' then setting::bigint * (select setting::int from pg_settings where"
        " name = 'autovacuum_max_workers') end) / 1024)::int from pg_settings"
    )
    worst = int(root(host, "runuser -u postgres -- psql -XAtc %s", query).stdout)
    assert 0 < worst <= table["PostgreSQL"]


def test_when_memory_runs_out_jobs_go_before_a_connection_and_postgresql_goes_last(
    host: Host, jobs_and_services: list[dict[str, str]]
) -> None:
    scheduled = {line.split()[-1] for lines in schedules(host).values() for line in lines}
    scores = [int(unit["OOMScoreAdjust"]) for unit in jobs_and_services if unit["Id"] in scheduled]
    assert scores
    assert min(scores) > 0
    server = next(unit for unit in sandboxed(host) if unit.startswith("postgresql@"))
    assert int(shown(host, server)["OOMScoreAdjust"]) == -900
    postmaster = shown(host, server)["MainPID"]
    score = int(host.check_output("cat /proc/%s/oom_score_adj", postmaster))
    # Without CAP_SYS_RESOURCE nobody lowers a score: a container shows what was asked, a machine what is.
    assert score == (-900 if may_lower_scores(host) else 0)
    for child in host.check_output("pgrep -P %s", postmaster).split():
        assert int(host.check_output("cat /proc/%s/oom_score_adj", child)) == 0


def may_lower_scores(host: Host) -> bool:
    asked = root(
        host, "systemd-run --quiet --pipe --wait -p OOMScoreAdjust=-500 cat /proc/self/oom_score_adj"
    )
    return asked.stdout.strip() == "-500"


def test_the_kernel_has_killed_nothing_for_memory_since_the_machine_is_up(host: Host) -> None:
    # A container's own counter where there is one; the kernel's would count its neighbours too.
    counters = re.findall(r"^oom_kill (\d+)$", root(host, f"cat {KILLS}").stdout, re.MULTILINE)
    assert counters
    assert int(counters[0]) == 0
