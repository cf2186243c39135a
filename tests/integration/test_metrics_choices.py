"""What measures, as Ansible works it out: nothing while it is off, all of it beside the defaults on the rented 2 GB."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SITE = yaml.safe_load((ROOT / "ansible/playbooks/site.yml").read_text())[0]["vars"]
BUDGET = SITE["memory_budget"].strip().removeprefix("{{").removesuffix("}}")
ROLES = (
    "memory",
    "units",
    "postgresql",
    "collector",
    "backup",
    "audit",
    "disk",
    "standby",
    "alerts",
    "status",
    "metrics",
)
SWITCHES = ("node", "postgresql", "prometheus", "alertmanager")
# What a droplet of 2 GB says that it has.
RENTED_MB = 1963
ASKED = {
    "packages": "{{ __metrics_packages }}",
    "before": "{{ __metrics_files_before_packages }}",
    "memory": "{{ __metrics_memory }}",
    "ident": "{{ __metrics_ident_lines }}",
    "egress": "{{ __metrics_firewall_egress_rules }}",
    "files": "{{ __metrics_files | selectattr('wanted') | map(attribute='path') }}",
    "rules": "{{ __metrics_rules }}",
    "sum": f"{{{{ ({BUDGET}) | sum(attribute='mb') + memory_reserve_mb }}}}",
}


@pytest.fixture(scope="module")
def worked_out(tmp_path_factory):
    """By choice, what the role declares to the others."""
    folder = tmp_path_factory.mktemp("choices")
    choices = {"off": (), "on": SWITCHES, "exporters": SWITCHES[:2], "elsewhere": ("prometheus",)}
    hosts = {
        name: {f"metrics_{one}_enabled": one in chosen for one in SWITCHES}
        for name, chosen in choices.items()
    }
    hosts["elsewhere"]["metrics_targets"] = [{"job": "node", "address": "127.0.0.1:19100"}]
    # What is set by a task wins over the defaults, which stand in files of the play here.
    switches = {f"metrics_{one}_enabled": f"{{{{ choice.metrics_{one}_enabled }}}}" for one in SWITCHES}
    targets = {"metrics_targets": "{{ choice.metrics_targets | default([]) }}"}
    chosen = {"name": "Choose", "ansible.builtin.set_fact": {**switches, **targets}}
    task = {"name": "Show", "ansible.builtin.copy": {
        "dest": str(folder / "{{ inventory_hostname }}.json"), "mode": "0600", "content": "{{ asked | to_json }}",
    }}  # fmt: skip
    files = [str(path) for role in ROLES for path in sorted((ROOT / "roles" / role).glob("[dv]*/main.yml"))]
    facts = {"ansible_facts": {"memtotal_mb": RENTED_MB, "distribution_release": "bookworm"}}
    play = {"hosts": "all", "connection": "local", "gather_facts": False, "tasks": [chosen, task], "vars_files": files,
            "vars": {"asked": ASKED, "postgresql_memory_mb": RENTED_MB}}  # fmt: skip
    (folder / "play.yml").write_text(json.dumps([play]))
    (folder / "hosts.json").write_text(json.dumps({"all": {
        "hosts": {name: {**facts, "choice": given} for name, given in hosts.items()},
        "children": {"droplets": {}, "standby": {}},
    }}))  # fmt: skip
    command = [
        Path(sys.executable).with_name("ansible-playbook"),
        "-i",
        folder / "hosts.json",
        folder / "play.yml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in hosts}


@pytest.mark.parametrize("what", ["packages", "before", "memory", "ident", "egress"])
def test_while_it_is_off_it_asks_nothing_of_anybody(worked_out, what):
    assert worked_out["off"][what] == []


def test_all_of_it_fits_beside_the_defaults_into_what_is_rented(worked_out):
    off, on = worked_out["off"]["sum"], worked_out["on"]["sum"]
    assert len(worked_out["on"]["memory"]) == len(SWITCHES)
    assert on - off == sum(line["mb"] for line in worked_out["on"]["memory"])
    assert off < on <= RENTED_MB


def test_each_package_waits_until_it_is_told_how_to_run(worked_out):
    before = {one["path"] for one in worked_out["on"]["before"]}
    packages = worked_out["on"]["packages"]
    assert len(packages) == len(SWITCHES)
    assert before == {f"/etc/systemd/system/{name}.service.d/00-when-ready.conf" for name in packages}
    assert all(
        "ConditionPathExists=/etc/darkpool/metrics/ready" in one["content"]
        for one in worked_out["on"]["before"]
    )


def test_exporters_alone_bring_no_prometheus_and_let_nothing_out(worked_out):
    alone = worked_out["exporters"]
    assert alone["packages"] == ["prometheus-node-exporter", "prometheus-postgres-exporter"]
    assert alone["egress"] == []
    assert not [path for path in alone["files"] if "rules" in path or "alertmanager" in path]


def test_rules_are_asked_where_their_exporter_is_also_at_a_tunnels_end(worked_out):
    assert worked_out["elsewhere"]["rules"] == ["darkpool.yml", "host.yml", "watch.yml"]
    assert worked_out["on"]["rules"] == ["darkpool.yml", "host.yml", "postgresql.yml", "watch.yml"]
