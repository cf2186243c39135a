"""Pushes each event at the moment it appears on the simulated clock."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from simulator.socket.timeline import Timeline
from simulator.state import State

TICK_S = 0.01
LOGGER = logging.getLogger("simulator.socket")


class Publisher:
    """Follows the clock; a clock that is set leaves out what lies between, one that is advanced does not."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.timeline = Timeline(state.world)
        state.hub.catch_up = self.step
        self._resume()

    async def running(self, _: web.Application) -> AsyncIterator[None]:
        """The publisher's life beside the application."""
        task = asyncio.create_task(self._run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.step()
            except Exception:
                LOGGER.exception("the stream has stopped")
                raise

    def step(self) -> None:
        """Push everything that has appeared since the last step."""
        clock, hub = self.state.clock, self.state.hub
        if clock.jumps != self._jumps:
            self._resume()
        now_us = self._now_us()
        if hub.readers:
            for event in self.timeline.between(self._pushed_us, now_us):
                if hub.wanted(event.channels):
                    hub.push(event.channels, event.id, event.payload())
        self._pushed_us = now_us

    def _resume(self) -> None:
        self._jumps = self.state.clock.jumps
        self._pushed_us = self._now_us()

    def _now_us(self) -> int:
        return int(self.state.clock.epoch_s() * 1_000_000)
