"""Tasks played by Ansible on this machine, and what came of each."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
# One that needs no interpreter of its own on the other side.
USUAL = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_STRATEGY": "linear"}


def played(folder, tasks, *options, environment=None, **words):
    """Each task's result, as Ansible's JSON has it; `words` are the play's own, such as `vars`."""
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks, **words}
    (folder / "play.yml").write_text(json.dumps([play]))
    done = subprocess.run(
        [PLAYBOOK, "-i", "localhost,", folder / "play.yml", *options],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **USUAL, **(environment or {})},
    )  # fmt: skip
    said = json.loads(done.stdout[done.stdout.index("{\n") :])
    return [task["hosts"]["localhost"] for task in said["plays"][0]["tasks"]]
