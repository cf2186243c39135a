"""The shared state's files: whole at any moment, changed under a lock that nobody waits with."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.core import logging
from collector.core.errors import SettingsError
from collector.wire.state import State, as_text, from_text

NAME = "budget.json"


class Shared:
    """One folder's budget. The kernel lets go of a lock when its process dies, however it dies."""

    def __init__(self, folder: str, boot: str) -> None:
        self._folder = Path(folder)
        self._boot = boot

    @contextmanager
    def changing(self, at: float) -> Iterator[State]:
        """The state, kept when the block ends; an error in the block changes nothing."""
        lock = self._open("budget.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state, before = self._read(at)
            yield state
            after = as_text(state)
            if after != before:
                self._write(after)
        finally:
            os.close(lock)

    def look(self, at: float) -> State:
        """The state as it stands, for showing."""
        return self._read(at)[0]

    def _read(self, at: float) -> tuple[State, str]:
        """With its text; a new state where there is none to read: the next answer's headers fill it."""
        path = self._folder / NAME
        try:
            text = path.read_text(encoding="utf-8")
            return from_text(text, self._boot, at), text
        except FileNotFoundError:
            return State(self._boot), ""
        except ValueError as reason:
            logging.warning("budget begins anew", path=path, reason=str(reason)[:200])
            return State(self._boot), ""
        except OSError as reason:
            raise self._unusable(path, reason) from None

    def take_slot(self, number: str) -> int | None:
        """An open file whose lock is the slot; None while another holds it. Closing it gives it back."""
        slot = self._open(f"budget.slot{number}")
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(slot)
            return None
        return slot

    def _write(self, text: str) -> None:
        # Not synced: after a crash of the machine the boot is another one, and the headers tell the rest.
        new = self._folder / f"{NAME}.new"
        try:
            # What another user left when it was killed here cannot be written, but can be removed.
            new.unlink(missing_ok=True)
            new.write_text(text, encoding="utf-8")
            new.replace(self._folder / NAME)
        except OSError as reason:
            raise self._unusable(new, reason) from None

    def _open(self, name: str) -> int:
        """Read-only is enough for a lock: so it does not matter who made the file, root or the collector."""
        path = self._folder / name
        try:
            return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as reason:
            raise self._unusable(path, reason) from None

    def _unusable(self, path: Path, reason: OSError) -> SettingsError:
        fix = f"create {self._folder} for the user who runs this, or change COLLECTOR_STATE_DIR"
        return SettingsError([f"{path} cannot be written ({reason.strerror}): {fix}"])
