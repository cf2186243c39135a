"""Run Ansible with one short line a task on the screen, everything in a log, and the whole error where there is one."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from testbed.bed import ROOT
from testbed.shell import TestbedError

if TYPE_CHECKING:
    from pathlib import Path

TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(?P<role>[\w-]+) : (?P<name>[^\]]+)\]")
# Ansible's own check of a role's options; true of every role and no news.
ROUTINE = "Validating arguments"
WIDTH = 96


def play(playbook: str, inventory: str, log: Path) -> None:
    """Run a playbook; show tasks as they begin, and at the end how much was changed.

    Raises:
        TestbedError: it failed; what Ansible said from the error on was shown.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    command = ["ansible-playbook", "-i", inventory, playbook]
    with (
        log.open("w") as file,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as ansible,
    ):
        failed = False
        for line in ansible.stdout or ():
            file.write(line)
            failed = failed or line.startswith(("[ERROR]", "fatal:"))
            show(line, whole=failed)
    if ansible.returncode != 0:
        raise TestbedError(
            f"{playbook} failed; what Ansible said stands above, all of it in {log.relative_to(ROOT)}"
        )


def show(line: str, *, whole: bool) -> None:
    """Print a line of Ansible's in short, or whole once something failed."""
    task = TASK.match(line)
    if whole or line.startswith("droplet "):
        sys.stdout.write(f"   {line}" if line.startswith("droplet ") else line)
    elif task and ROUTINE not in task["name"]:
        text = f"   {task['role']:<11} {task['name']}"
        sys.stdout.write(f"{text[:WIDTH]}\n")
    sys.stdout.flush()
