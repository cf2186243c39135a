"""Control paths of the stream: what was sent when, and load on demand."""

import asyncio
from typing import Any

from aiohttp import web

from simulator.socket.burst import BURSTS
from simulator.socket.hub import Published
from simulator.state import State

MOST_PER_SECOND = 20_000
MOST_SECONDS = 120


class StreamControl:
    """The handlers of /_published and /_publish."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._load: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/_published", self.published),
            web.post("/_published", self.forget),
            web.post("/_publish", self.publish),
        ]

    async def published(self, request: web.Request) -> web.Response:
        """Wall-clock epoch seconds of each message's first sending, of all channels or of `channel=`."""
        published, wanted = self.state.hub.published, request.query.get("channel")
        channels = {name: sent for name, sent in published.sent_at.items() if wanted in {None, name}}
        return web.json_response({"channels": channels, "counts": published.counts, **self._connected()})

    def _connected(self) -> dict[str, Any]:
        readers = self.state.hub.readers
        joins = sorted(channel for reader in readers for channel in reader.joined)
        return {"connections": len(readers), "joins": joins}

    async def forget(self, _: web.Request) -> web.Response:
        """Start from nought."""
        self.state.hub.published = Published()
        return web.json_response({"counts": {}})

    async def publish(self, request: web.Request) -> web.Response:
        """{"channel", "per_second", "seconds"}: made-up messages beside the market, at that rate."""
        wanted = await request.json()
        channel, per_second = wanted["channel"], int(wanted["per_second"])
        seconds = float(wanted.get("seconds", 1))
        if channel not in BURSTS:
            raise ValueError(f"channel must be one of {', '.join(BURSTS)}, not {channel!r}")
        if not (0 < per_second <= MOST_PER_SECOND and 0 < seconds <= MOST_SECONDS):
            raise ValueError(f"at most {MOST_PER_SECOND} messages per_second for {MOST_SECONDS} seconds")
        task = asyncio.create_task(self._publish(channel, per_second, seconds))
        self._load.add(task)
        task.add_done_callback(self._load.discard)
        return web.json_response({"messages": int(per_second * seconds)})

    async def _publish(self, channel: str, per_second: int, seconds: float) -> None:
        """Push in small portions, as many as are due by then."""
        clock, total, done = self.state.clock, int(per_second * seconds), 0
        messages = BURSTS[channel](self.state)
        next(messages)  # makes the day, which takes longer than a portion
        started_s = clock.steady_s()
        while done < total:
            await asyncio.sleep(0.005)
            due = min(total, int((clock.steady_s() - started_s) * per_second))
            for _ in range(done, due):
                self.state.hub.push((channel,), *next(messages))
            done = due
