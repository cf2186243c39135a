"""What a run begins with: a command on the laptop itself, and the few facts of the machine."""

import pytest
from played import ROOT, played

ROLE = ROOT / "roles/connection"
PLUGINS = {"ANSIBLE_LIBRARY": str(ROLE / "library"), "ANSIBLE_ACTION_PLUGINS": str(ROLE / "action_plugins")}
SHARED = (
    "architecture",
    "distribution",
    "distribution_major_version",
    "distribution_release",
    "memtotal_mb",
    "python",
)


@pytest.fixture
def play(tmp_path):
    """Run tasks with the role's own plugins; give back each one's result."""
    return lambda *tasks, options=(): played(tmp_path, [*tasks], *options, environment=PLUGINS)


@pytest.mark.slow
def test_the_facts_are_those_that_ansible_itself_would_gather(play):
    ours, theirs = (
        one["ansible_facts"] for one in play({"machine_facts": {}}, {"ansible.builtin.setup": {}})
    )
    python = {name: theirs["ansible_python"][name] for name in ("executable", "version")}
    python["version"] = {name: python["version"][name] for name in ("major", "minor")}
    assert {name: ours[name] for name in SHARED} == {
        name: python if name == "python" else theirs[f"ansible_{name}"] for name in SHARED
    }
    assert ours["swaptotal_mb"] == theirs["ansible_swaptotal_mb"]
    assert theirs["ansible_distribution_version"].startswith(ours["distribution_version"])
    assert 0 < ours["memory_limit_mb"] <= ours["memtotal_mb"]


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--check",)])
def test_a_command_on_the_laptop_runs_as_a_shell_reads_it_in_check_mode_too(play, tmp_path, options):
    (said,) = play(
        {"on_laptop": {"cmd": f"echo 'a  b' >'{tmp_path}/made' && cat '{tmp_path}/made'"}}, options=options
    )
    assert (said["rc"], said["stdout"], said["changed"]) == (0, "a  b", False)


@pytest.mark.slow
def test_one_that_fails_says_its_code_and_why(play):
    (said,) = play({"on_laptop": {"cmd": "echo why >&2; exit 255"}})
    assert (said["failed"], said["rc"], said["stderr"]) == (True, 255, "why")
