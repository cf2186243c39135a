"""The pair as a whole: the checks of a server hold, a second run changes nothing, and a pair can be ended."""

import re
import subprocess

import pair
import pytest
import yaml

from testbed import bed as beds
from testbed.shell import run

NOTHING_CHANGED = re.compile(r"^(\S+) .*changed=0 .*failed=0", re.MULTILINE)


def test_what_is_asked_of_a_server_holds_for_the_one_that_leads(healthy):
    tests = [
        f"tests/infra/test_{name}.py" for name in ("standby", "postgresql", "firewall", "units", "memory")
    ]
    asked = subprocess.run(
        ["scripts/verify.sh", str(pair.INVENTORY / "ssh_config"), *tests],
        cwd=beds.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout[-4000:]


def changed_by(said):
    """The tasks that changed something, with their names."""
    tasks = said.split("\nTASK ")
    return "\n".join(task[:1500] for task in tasks if "\nchanged: " in task) or said[-3000:]


def test_a_second_run_changes_nothing_on_either(healthy):
    # Who leads by now has changed in the drills before: its backups begin anew on what has become of the log.
    assert pair.play("standby").returncode == 0
    for playbook in ("standby", "rebuild-standby"):
        done = pair.play(playbook)
        assert set(NOTHING_CHANGED.findall(done.stdout)) == {"droplet", "droplet-standby"}, changed_by(
            done.stdout
        )


@pytest.mark.soak
def test_of_a_pair_that_is_ended_nothing_is_left_on_the_one_that_goes_on(healthy):
    leader, _ = healthy
    hosts = pair.INVENTORY / "hosts.yml"
    before = hosts.read_text()
    run("docker", "stop", pair.on_post("droplet-standby").container("droplet"))
    try:
        hosts.write_text(yaml.safe_dump({"droplets": {"hosts": {"droplet": None}}}))
        ended = pair.make("standby")
        assert ended.returncode == 0, ended.stdout[-4000:]
        asked = subprocess.run(
            ["scripts/verify.sh", str(pair.INVENTORY / "ssh_config"), "tests/infra/test_standby.py",
             "tests/infra/test_postgresql.py"],
            cwd=beds.ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert asked.returncode == 0, asked.stdout[-4000:]
        assert pair.sql(leader, "show listen_addresses") == "localhost"
    finally:
        hosts.write_text(before)
        pair.comes_back(pair.MACHINES["b"] if leader is pair.MACHINES["a"] else pair.MACHINES["a"])
        # Nobody kept the log for it meanwhile, so that it may have to be copied again.
        pair.make("standby")
        assert pair.make("rebuild-standby").returncode == 0
