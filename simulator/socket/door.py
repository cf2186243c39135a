"""/socket: who may connect, and what a connection may ask for."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from simulator.faults import Faults
from simulator.socket.frames import ALERTS, OFF_LIT, TRADES
from simulator.socket.hub import Hub, Reader

NO_SCOPE = (
    "Your token does not have the websocket scope. "
    "To connect to the websocket you need an API subscription that includes it."
)
WRONG_TOKEN = "The API token is missing or invalid."  # noqa: S105 - what is said about one
CHANNELS = frozenset({OFF_LIT, TRADES, ALERTS, "lit_trades", "price", "news", "trading_halts", "market_tide"})
OF_ONE_SYMBOL = frozenset({TRADES, "price", "net_flow"})


class Door:
    """Serves the WebSocket."""

    def __init__(self, hub: Hub, faults: Faults, token: str) -> None:
        self.hub = hub
        self.faults = faults
        self.token = token

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Refuse, or talk until the connection ends; its joins end with it."""
        refused = self._refused(request)
        if refused is not None:
            return refused
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        reader = Reader(self.hub, socket, request)
        self.hub.readers.add(reader)
        sender = asyncio.create_task(reader.send_all())
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._heard(reader, message.data)
        finally:
            self.hub.readers.discard(reader)
            sender.cancel()
            # A connection that broke while it was being written to has nothing more to say.
            with suppress(asyncio.CancelledError, ConnectionError):
                await sender
        return socket

    def _refused(self, request: web.Request) -> web.Response | None:
        if request.query.get("token") != self.token:
            return web.Response(status=401, text=WRONG_TOKEN)
        if self.faults.socket_no_scope:
            return web.Response(status=401, text=NO_SCOPE)
        if len(self.hub.readers) >= self.faults.socket_connections:
            return web.Response(status=429, text="Too many connections for this token.")
        return None

    async def _heard(self, reader: Reader, text: str) -> None:
        channel, kind = _asked(text)
        problem = self._problem(reader, channel, kind)
        if problem:
            await reader.socket.send_str(_reply(channel, "error", {"reason": problem}))
            return
        await reader.socket.send_str(_reply(channel, "ok", {}))
        # After the reply, so that no data overtakes it.
        self.hub.catch_up()
        if kind == "join":
            reader.joined.add(channel)
        else:
            reader.joined.discard(channel)

    def _problem(self, reader: Reader, channel: str, kind: str) -> str | None:
        base, _, symbol = channel.partition(":")
        if kind not in {"join", "leave"} or not (base in OF_ONE_SYMBOL if symbol else base in CHANNELS):
            return "unmatched topic"
        if kind == "join" and len(reader.joined) >= self.faults.socket_joins:
            return f"at most {self.faults.socket_joins} channels on one connection"
        return None


def _asked(text: str) -> tuple[str, str]:
    try:
        message: Any = json.loads(text)
        return str(message["channel"]), str(message["msg_type"])
    except (ValueError, TypeError, KeyError):
        return "", ""


def _reply(channel: str, status: str, response: dict[str, str]) -> str:
    return json.dumps([channel, {"response": response, "status": status}], separators=(",", ":"))
