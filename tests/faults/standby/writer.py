"""A writer that notes outside the database, in this process, which of its numbered rows were acknowledged."""

from __future__ import annotations

import subprocess
import threading
import time

from pair import PSQL


class Writer:
    """Commits one row after the other until its database is gone."""

    def __init__(self, machine):
        self.acknowledged: list[int] = []
        self._ends = threading.Event()
        self._process = subprocess.Popen(
            ["docker", "exec", "-i", machine.container("droplet"), *PSQL, "-d", "postgres"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def _write(self):
        number = 0
        try:
            while not self._ends.is_set():
                number += 1
                self._process.stdin.write(f"insert into drill values ({number}) returning n;\n")
                self._process.stdin.flush()
                # Only what psql shows has been committed, and so promised.
                if self._process.stdout.readline().strip() != str(number):
                    return
                self.acknowledged.append(number)
        except (OSError, ValueError):
            return

    def has_written(self, rows, within_s=60):
        """Wait for that many more acknowledged rows; say whether they came."""
        goal, end = len(self.acknowledged) + rows, time.monotonic() + within_s
        while len(self.acknowledged) < goal and time.monotonic() < end:
            time.sleep(0.05)
        return len(self.acknowledged) >= goal

    def end(self):
        """Stop, and return what was promised."""
        self._ends.set()
        self._thread.join(timeout=5)
        self._process.kill()
        self._process.wait()
        return set(self.acknowledged)
