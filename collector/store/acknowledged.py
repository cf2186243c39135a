"""What was committed, noted outside the database: a restore must have at least that (docs/decisions/0055)."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path

from collector.core import logging
from collector.store import disk
from collector.store.pages import Batch, Counts

FOLDER = "acknowledged"


class Acknowledged:
    """One line a page with new rows, in a file a day; one that cannot be written costs no page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: set[Path] = set()

    def note(self, batch: Batch, counts: Counts) -> None:
        """Called once COMMIT has returned."""
        if not counts.stored:
            return
        # The machine's own time, as PostgreSQL's log has it, whatever offset the collector's clock has.
        at = datetime.now(timezone.utc)  # noqa: TID251 - same
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "feed": batch.source.name,
            "table": ".".join(batch.source.table),
            "symbol": batch.symbol,
            "session": batch.session_date.isoformat(),
            "stored": counts.stored,
        }
        try:
            self._append(self._folder / f"{at:%Y-%m-%d}.jsonl", json.dumps(line) + "\n")
        except OSError as reason:
            logging.error("not acknowledged", reason=reason, **line)

    def close(self) -> None:
        """Puts the lines of this pass on the disk."""
        try:
            for path in self._written:
                disk.flush(path)
        except OSError as reason:
            logging.error("not acknowledged", reason=reason)
        self._written.clear()

    def _append(self, path: Path, line: str) -> None:
        if not self._folder.exists():
            self._folder.mkdir(parents=True)
            self._folder.chmod(0o750)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            # Read by the group, which is the restore's, whatever the unit's umask. One write, so that a line is whole.
            os.fchmod(handle, 0o640)
            os.write(handle, line.encode())
        finally:
            os.close(handle)
        self._written.add(path)
