"""Run a command on the laptop in the task's own process; `command` would first start an interpreter to run it there.

Looks only, or changes nothing but the laptop's own files: it runs in check mode too. `cmd` is read as a shell reads it.
"""

from __future__ import annotations

import subprocess
from typing import Any

from ansible.plugins.action import ActionBase

Said = dict[str, Any]


class ActionModule(ActionBase):
    """What `command` returns, without a connection."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: Said | None = None) -> Said:
        """Run `cmd` to its end and hand on its exit code and what it said."""
        said: Said = super().run(tmp, task_vars)
        command = str(self._task.args["cmd"])
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
        return {
            **said,
            "rc": done.returncode,
            "stdout": done.stdout.rstrip("\n"),
            "stderr": done.stderr.rstrip("\n"),
            "failed": done.returncode != 0,
            "changed": False,
        }
