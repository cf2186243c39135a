"""What make plan and make destroy ask of DigitalOcean: one playbook run, and the module's own answer."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from drift import every_result, played

ROOT = Path(__file__).resolve().parents[1]
Result = dict[str, Any]


class Refused(Exception):
    """The run stopped; the message is what it said."""


def play(inventory: str, playbooks: list[str], *options: str) -> list[tuple[str, Result]]:
    """Run playbooks and return each task's result.

    Raises:
        Refused: a task failed, or nothing ran.
    """
    done = played(inventory, [f"ansible/playbooks/{name}.yml" for name in playbooks], *options)
    results = list(every_result(done.stdout))
    stopped = [one for _, one in results if one.get("failed") or one.get("unreachable")]
    if stopped:
        raise Refused(str(stopped[0].get("msg", "")).strip())
    if not results:
        raise Refused(done.stderr.strip() or done.stdout[-2000:])
    return results


def asked_of(inventory: str, template: str) -> Result:
    """Return what a template says of the server's settings; nothing is connected to.

    Raises:
        Refused: the inventory cannot be read.
    """
    words = ["ansible", "-i", inventory, "droplets", "-c", "local", "-m", "ansible.builtin.debug", "-a"]
    done = subprocess.run(
        [*words, as_json({"msg": template})],
        cwd=ROOT,
        env={
            **os.environ,
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    results = list(every_result(done.stdout))
    if done.returncode or not results:
        raise Refused(str(results[0][1].get("msg", "")) if results else done.stderr.strip() or done.stdout)
    found: Result = results[0][1]["msg"]
    return found


def droplet(results: list[tuple[str, Result]]) -> Result:
    """Return what the module said of the droplet."""
    return next(one for _, one in results if "monthly" in one)


def dollars(amount: float) -> str:
    """Write a sum as people do."""
    return f"${amount:.2f} a month"


def shown(steps: list[Result]) -> list[str]:
    """Return a line for each step."""
    return [f"  {one['kind']:<17} {one['name']}" for one in steps]


def as_json(value: object) -> str:
    """Return an extra variable that no shell or template reads."""
    return json.dumps(value)
