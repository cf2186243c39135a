"""The rented memory: everything at once fits into it, and a budget that cannot fit is refused beforehand."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TABLE = "/etc/darkpool/memory"
COUNTERS = "/sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/memory.events"
# Version 1 of the control groups, and version 2.
PEAK = "/sys/fs/cgroup/memory/memory.max_usage_in_bytes /sys/fs/cgroup/memory.peak"
LIMIT = "/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max"


@pytest.fixture
def plan_memory(bed):
    def play(reserve_mb):
        command = [
            "ansible-playbook",
            "-i",
            "inventory/demo",
            "ansible/playbooks/site.yml",
            "--tags",
            "memory",
        ]
        return subprocess.run(
            [*command, "-e", json.dumps({"memory_reserve_mb": reserve_mb})],
            cwd=ROOT, env={**os.environ, "TESTBED_FOLDER": str(bed.folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return play


def number(owner, paths):
    return int(owner(f"cat {paths} 2>/dev/null || true").split()[0])


def test_a_pass_a_backup_and_the_stream_at_once_fit_into_the_memory_that_is_rented(owner):
    assert owner("systemctl is-active collector-stream.service").strip() == "active"
    owner("sudo systemctl start collector.service darkpool-backup.service")
    owner("sudo darkpool-backup verify")
    assert number(owner, PEAK) < number(owner, LIMIT)
    kills = [
        line
        for line in owner(f"cat {COUNTERS} 2>/dev/null || true").splitlines()
        if line.startswith("oom_kill ")
    ]
    assert kills == ["oom_kill 0"]


def test_a_budget_above_the_machines_memory_is_refused_with_the_table_and_the_setting(owner, plan_memory):
    before = owner(f"cat {TABLE}")
    refused = plan_memory(4000)
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    assert "The memory does not add up" in said
    assert "PostgreSQL" in said
    assert "backup_memory_max_mb" in said
    assert owner(f"cat {TABLE}") == before
