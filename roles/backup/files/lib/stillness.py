"""Nobody collects while the database is replaced by what was restored."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from backup_set import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterator

JOBS = Path("/usr/local/lib/darkpool")  # the lock that jobs share and a release holds alone


@contextlib.contextmanager
def nobody_collects() -> Iterator[None]:
    """As during a release: jobs wait for their turn, the stream stands still and goes on afterwards."""
    handle = os.open(JOBS, os.O_RDONLY)
    streams = (
        subprocess.run(["systemctl", "is-active", "--quiet", "collector-stream"], check=False).returncode == 0
    )
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if streams:
            systemctl("stop", "collector-stream.service")
        yield
    finally:
        os.close(handle)
        if streams:
            systemctl("start", "--no-block", "collector-stream.service")


def systemctl(*words: str) -> None:
    """Ask systemd."""
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(
            f"systemctl {' '.join(words)}: {done.stderr.strip()}; call the same again once that is mended"
        )
