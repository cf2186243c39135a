"""The minute's requests: pure arithmetic over a window that the server opens with its first request.

`at` is in seconds of the steady clock. What is taken for the window's end is never before its true end: the
header is read after the server wrote it. So a request let out in one window here arrives in that window there,
or in a later one; for the later one it is counted again, as outstanding.
"""

from __future__ import annotations

from dataclasses import dataclass

from collector.wire.told import Told

LENGTH_S = 60.0
# Until an answer says when the window ends: it began when the request arrived, which is after it was sent.
UNDERWAY_S = 5.0
# The header is cut to milliseconds.
MARGIN_S = 0.02
POLL_S = 0.03


@dataclass
class Minute:
    """`left` may still be sent before `ends_at`; `known` once an answer has come; `serial` names the window."""

    limit: int = 120
    left: int = 0
    ends_at: float = 0.0
    serial: int = 0
    known: bool = False

    def wait_s(self, at: float, outstanding: int) -> float:
        """Until one more may be sent; 0 when now."""
        if not self.known and outstanding:
            return POLL_S
        if at < self.ends_at:
            return 0.0 if self.left > 0 else self.ends_at - at
        return 0.0 if self.limit > outstanding else POLL_S

    def spend(self, at: float, outstanding: int) -> bool:
        """Takes one before it is sent; True when it opens the window."""
        opens = at >= self.ends_at
        if opens:
            self._open(at + LENGTH_S + UNDERWAY_S, self.limit - outstanding)
        self.left -= 1
        return opens

    def hear(self, told: Told, serial: int, outstanding: int, *, sent_at: float, opened: bool) -> None:
        """Corrects the count by an answer to a request of window `serial`, `outstanding` others on their way."""
        if told.remaining is None or told.reset_s is None:
            self._count_ourselves(told.at, serial, opened=opened)
            return
        if serial != self.serial:
            return
        self._learn_limit(told)
        end = told.at + told.reset_s + MARGIN_S
        # Even if the server answered at once: its window ends later than ours can, so it is another one.
        if sent_at + told.reset_s > self.ends_at + MARGIN_S:
            self._open(end, told.remaining - outstanding)
        self.ends_at = min(self.ends_at, end)
        if told.remaining < self.left:
            # Somebody else uses the key, or the limit was a guess.
            self.left = max(0, told.remaining - outstanding)

    def refuse(self, until: float) -> None:
        """The server said that nothing is left."""
        self.left, self.ends_at, self.known = 0, until, True

    def _open(self, ends_at: float, left: int) -> None:
        self.serial += 1
        self.ends_at, self.left = ends_at, max(0, left)

    def _count_ourselves(self, at: float, serial: int, *, opened: bool) -> None:
        self.known = True
        if opened and serial == self.serial:
            self.ends_at = at + LENGTH_S

    def _learn_limit(self, told: Told) -> None:
        first, self.known = not self.known, True
        if told.counter and told.remaining is not None:
            # A refused request is counted too, so a counter with nothing left is the limit or more.
            limit = told.counter + told.remaining if told.remaining else min(self.limit, told.counter)
            self.left = max(0, self.left + limit - self.limit)
            self.limit = limit
        if first and told.remaining is not None:
            self.left = told.remaining
