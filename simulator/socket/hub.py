"""Who has joined what, what waits for whom, and what was sent when."""

import json
from asyncio import Event as Signal
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from simulator.clock.simulated import SimulatedClock
from simulator.faults import Faults

# Enough for twenty seconds of the busiest minute.
REMEMBERED = 120_000


class Published:
    """When each message was first sent, and how many there were; the oldest are forgotten."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.sent_at: defaultdict[str, OrderedDict[str, float]] = defaultdict(OrderedDict)

    def note(self, channel: str, id_: str, wall_s: float) -> None:
        """A message of that channel has been handed to a reader."""
        self.counts[f"sent {channel}"] += 1
        sent_at = self.sent_at[channel]
        sent_at.setdefault(id_, wall_s)
        while len(sent_at) > REMEMBERED:
            sent_at.popitem(last=False)


class Reader:
    """One connection: its joins and what waits to be sent to it."""

    def __init__(self, hub: "Hub", socket: web.WebSocketResponse, request: web.Request) -> None:
        self.hub = hub
        self.socket = socket
        self.request = request
        self.joined: set[str] = set()
        self._waiting: deque[tuple[str, str, str]] = deque()
        self._ready = Signal()

    def put(self, channel: str, id_: str, text: str) -> None:
        """Queue a message; who reads too slowly loses the oldest."""
        self._waiting.append((channel, id_, text))
        while len(self._waiting) > self.hub.faults.socket_queue:
            self._waiting.popleft()
            self.hub.published.counts["lost by slow readers"] += 1
        self._ready.set()

    async def send_all(self) -> None:
        """Send what is put, in order, until the connection ends."""
        while not self.socket.closed:
            await self._ready.wait()
            self._ready.clear()
            while self._waiting:
                await self._send(*self._waiting.popleft())

    async def _send(self, channel: str, id_: str, text: str) -> None:
        self.hub.published.note(channel, id_, self.hub.clock.wall_s())
        await self.socket.send_str(text)
        if self.hub.faults.cuts_the_stream():
            self.cut()

    def cut(self) -> None:
        """End the connection without a word: the client sees close code 1006."""
        self.hub.published.counts["cut"] += 1
        if self.request.transport is not None:
            self.request.transport.abort()


class Hub:
    """All connections of the one token."""

    def __init__(self, clock: SimulatedClock, faults: Faults) -> None:
        self.clock = clock
        self.faults = faults
        self.readers: set[Reader] = set()
        self.published = Published()
        # Set by the publisher: push what has appeared by now, so that a join begins exactly here.
        self.catch_up: Callable[[], None] = lambda: None
        self._silent_until_s = 0.0

    def push(self, channels: Iterable[str], id_: str, payload: dict[str, Any]) -> None:
        """Queue one message for everybody who has joined; during silence nobody ever gets it."""
        if self._silent():
            self.published.counts["kept silent"] += 1
            return
        for channel in channels:
            readers = [reader for reader in self.readers if channel in reader.joined]
            text = json.dumps([channel, payload], separators=(",", ":")) if readers else ""
            for reader in readers:
                self._put(reader, channel, id_, text)

    def wanted(self, channels: Iterable[str]) -> bool:
        """Whether anybody has joined one of them."""
        return any(channel in reader.joined for reader in self.readers for channel in channels)

    def _put(self, reader: Reader, channel: str, id_: str, text: str) -> None:
        if self.faults.loses_a_message():
            self.published.counts[f"dropped {channel}"] += 1
        else:
            reader.put(channel, id_, text)

    def _silent(self) -> bool:
        if self.faults.socket_silent_s:
            self._silent_until_s = self.clock.steady_s() + self.faults.socket_silent_s
            self.faults.socket_silent_s = 0
        return self.clock.steady_s() < self._silent_until_s
