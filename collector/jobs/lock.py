"""One pass of a kind at a time on this host; the kernel lets go when the process dies, however it dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.core.errors import AnotherRun, SettingsError


@contextmanager
def only_one(kind: str, state_dir: str) -> Iterator[None]:
    """Holds the lock of that kind of work, or AnotherRun."""
    path = Path(state_dir) / f"{kind}.lock"
    try:
        file = path.open("a", encoding="utf-8")
    except OSError as reason:
        fix = f"create {state_dir} for the user who runs this, or change COLLECTOR_STATE_DIR"
        raise SettingsError([f"{path} cannot be opened ({reason.strerror}): {fix}"]) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherRun(f"another {kind} is at work") from None
        yield
