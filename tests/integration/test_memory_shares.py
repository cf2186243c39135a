"""PostgreSQL's sizes follow the machine's memory, as the role works them out, and leave the others what they need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What everybody but PostgreSQL uses at most: docs/decisions/0024.
OTHERS_MB = 1228
SIZES = ("shared_buffers", "work_mem", "maintenance_work_mem", "effective_cache_size")


@pytest.fixture(scope="module")
def sizes(tmp_path_factory):
    """Let Ansible work out the role's defaults for some machines."""
    folder = tmp_path_factory.mktemp("shares")
    shown = {name: f"{{{{ postgresql_{name}_mb | int }}}}" for name in SIZES}
    line = "{{ __postgresql_memory[0].mb | int }}"
    task = {"name": "Show", "ansible.builtin.copy": {
        "dest": str(folder / "{{ inventory_hostname }}.json"), "mode": "0600",
        "content": json.dumps({**shown, "line": line}),
    }}  # fmt: skip
    role = ROOT / "roles/postgresql"
    # What the facts of a server would say, which nobody asks here.
    facts = {
        "name": "Memory",
        "ansible.builtin.set_fact": {"postgresql_memory_mb": "{{ inventory_hostname[1:] | int }}"},
    }
    play = {"hosts": "all", "connection": "local", "gather_facts": False, "tasks": [facts, task],
            "vars_files": [str(role / "defaults/main.yml"), str(role / "vars/main.yml")]}  # fmt: skip
    (folder / "play.yml").write_text(json.dumps([play]))
    machines = {
        f"m{mb}": {"ansible_facts": {"memtotal_mb": mb}} for mb in (963, 1963, 2048, 3915, 7941, 64000)
    }
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": machines}}))
    command = [
        Path(sys.executable).with_name("ansible-playbook"),
        "-i",
        folder / "hosts.json",
        folder / "play.yml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        int(path.stem[1:]): {name: int(mb) for name, mb in json.loads(path.read_text()).items()}
        for path in folder.glob("m*.json")
    }


@pytest.mark.parametrize("machine", [1963, 2048])
def test_the_usual_droplet_gets_what_it_always_had(sizes, machine):
    assert [sizes[machine][name] for name in SIZES] == [256, 4, 64, 1024]


@pytest.mark.parametrize("machine", [1963, 2048, 3915, 7941, 64000])
def test_what_it_takes_leaves_the_others_what_they_need(sizes, machine):
    assert sizes[machine]["line"] + OTHERS_MB <= machine


def test_more_memory_is_used_and_within_bounds(sizes):
    ordered = [sizes[machine]["shared_buffers"] for machine in sorted(sizes)]
    assert ordered == sorted(ordered)
    assert (ordered[0], ordered[-1]) == (128, 4096)
