"""A client of the simulator's WebSocket, for tests of the simulator itself."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Self

from simulator_process import Simulator
from websockets.sync.client import ClientConnection, connect


class Stream:
    """One connection; frames are read as (channel, payload)."""

    def __init__(self, simulator: Simulator, *channels: str, token: str | None = None) -> None:
        url = f"{simulator.socket_url}?token={token or simulator.api_key}"
        self.connection: ClientConnection = connect(url, open_timeout=10, max_queue=None, compression=None)
        for channel in channels:
            assert self.ask(channel) == "ok"

    def ask(self, channel: str, kind: str = "join") -> str:
        """Join or leave a channel on which nothing happens yet; answers the status of the reply."""
        self.connection.send(json.dumps({"channel": channel, "msg_type": kind}))
        about, reply = self.next()
        assert about == channel
        return reply["status"]

    def next(self, timeout_s: float = 10) -> tuple[str, dict[str, Any]]:
        channel, payload = json.loads(self.connection.recv(timeout=timeout_s))
        return channel, payload

    def frames(self, quiet_s: float = 0.5) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every frame until nothing has come for a while; the first may take longer, for a day is made."""
        wait_s = 10.0
        with suppress(TimeoutError):
            while True:
                yield self.next(wait_s)
                wait_s = quiet_s

    def payloads(self) -> list[dict[str, Any]]:
        return [payload for _, payload in self.frames()]

    def is_quiet(self, seconds: float = 1) -> bool:
        try:
            self.next(seconds)
        except TimeoutError:
            return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def eventually(seconds: float, true: Any) -> None:
    """Wait for what becomes true a moment later in another process."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
