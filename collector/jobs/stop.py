"""Ends between two pages when it is asked to, never inside one."""

from __future__ import annotations

import signal
import threading

from collector.core.errors import Stopped


class Stop:
    """Asked by SIGTERM or SIGINT; sleeping ends at once."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def listen(self) -> None:
        """From now on the signals ask instead of ending the process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._asked.set())

    def check(self) -> None:
        """The place where ending is safe."""
        if self._asked.is_set():
            raise Stopped("asked to stop")

    def sleep(self, seconds: float) -> None:
        """Waits, unless it is asked to stop."""
        self._asked.wait(seconds)
        self.check()
