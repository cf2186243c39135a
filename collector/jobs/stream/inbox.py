"""Between the connections and the writer: bounded, so that a slow database costs messages and never the memory."""

from __future__ import annotations

import queue
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.core.channel import Channel
from collector.core.source import Raw

# Some fifty megabytes; REST brings what does not fit.
MOST_WAITING = 20_000


@dataclass(frozen=True)
class Message:
    """A payload, when it came and whose it is."""

    channel: Channel
    symbol: str
    payload: Raw
    received_at: datetime


class Inbox:
    """Counts what it had to drop. An error that a connection cannot mend is raised where the messages are taken."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._waiting: queue.Queue[Message] = queue.Queue(most)
        self._failure: Exception | None = None
        self.received = 0
        self.dropped = 0

    def put(self, message: Message) -> None:
        """Never waits: a connection that is not read is cut by the vendor."""
        self.received += 1
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self.dropped += 1

    def fail(self, reason: Exception) -> None:
        """The connection is over for good."""
        self._failure = reason

    @property
    def waiting(self) -> bool:
        """Whether there is anything to take."""
        return not self._waiting.empty()

    def take(self, most: int, first_s: float, more_s: float) -> Sequence[Message]:
        """What came: waits `first_s` for the first message and then `more_s` for others, `most` at once."""
        if self._failure is not None and self._waiting.empty():
            raise self._failure
        found: list[Message] = []
        message = self._next(first_s)
        until = time.monotonic() + more_s
        while message is not None:
            found.append(message)
            message = self._next(max(0.0, until - time.monotonic())) if len(found) < most else None
        return found

    def _next(self, wait_s: float) -> Message | None:
        try:
            return self._waiting.get(timeout=wait_s)
        except queue.Empty:
            return None
