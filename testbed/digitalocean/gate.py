"""What each request passes first: the token, its scopes, the hour's budget, and what shall go wrong."""

from __future__ import annotations

import asyncio
import email.utils
import time
from typing import TYPE_CHECKING

from aiohttp import web

from testbed.digitalocean.answers import Refused
from testbed.digitalocean.faults import NAMED, Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from testbed.digitalocean.state import State

HOUR_S = 3600
DEEDS = {"GET": "read", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
# The path's word, and the scope's where it is another one.
SCOPES = {
    "vpcs": "vpc",
    "droplets": "droplet",
    "firewalls": "firewall",
    "volumes": "block_storage",
    "snapshots": "snapshot",
    "reserved_ips": "reserved_ip",
    "tags": "tag",
    "spaces": "spaces_key",
    "keys": "ssh_key",
}


class Gate:
    """Stands before every path of the API."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def __call__(
        self, request: web.Request, inside: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer a request, or refuse it as the API does."""
        if not request.path.startswith("/v2/"):
            return await self._worded(request, inside)
        self.state.requests.append(f"{request.method} {request.path}")
        await asyncio.sleep(self.state.faults.latency_ms / 1000)
        fault = self.state.faults.take(request.method, request.path)
        given = None
        if fault is None or fault.after:
            given = await self._worded(request, self._admitted(inside))
        if fault is not None:
            given = self._spoiled(request, fault)
        assert given is not None  # noqa: S101 -- one of the two answered
        given.headers.update(self._headers())
        return given

    def _admitted(
        self, inside: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def admitted(request: web.Request) -> web.StreamResponse:
            self._refuse(request)
            return await inside(request)

        return admitted

    async def _worded(
        self, request: web.Request, inside: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await inside(request)
        except Refused as refused:
            return refused.answer()
        except web.HTTPNotFound:
            return NAMED_404.answer()

    def _refuse(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.state.token}":
            raise Refused(401, "unauthorized", "Unable to authenticate you")
        self.state.asked_this_hour += 1
        if self.state.asked_this_hour > self.state.faults.requests_per_hour:
            raise Refused(429, "too_many_requests", "API Rate limit exceeded.")
        kind, scope = self._scope(request)
        if {kind, scope} & set(self.state.faults.scopes_missing):
            raise Refused(403, "forbidden", f"You are missing the required permission {scope}")

    def _scope(self, request: web.Request) -> tuple[str, str]:
        words = request.path.split("/")[2:]
        word = "keys" if words[:2] == ["account", "keys"] else words[0]
        kind = SCOPES.get(word, word)
        if kind == "droplet" and words[-1] == "actions":
            return kind, "droplet:update"
        return kind, f"{kind}:{DEEDS.get(request.method, 'read')}"

    def _spoiled(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        named = NAMED[fault.fault]
        if named is not None:
            given = named.answer()
            if fault.retry_after_s:
                given.headers["Retry-After"] = str(fault.retry_after_s)
            return given
        if fault.fault == "reset" and request.transport is not None:
            request.transport.abort()
        return web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")

    def _headers(self) -> dict[str, str]:
        limit = self.state.faults.requests_per_hour
        if time.time() > self.state.hour_began + HOUR_S:
            self.state.hour_began, self.state.asked_this_hour = time.time(), 0
        now = time.time() + self.state.faults.clock_ahead_s
        return {
            "Date": email.utils.formatdate(now, usegmt=True),
            "ratelimit-limit": str(limit),
            "ratelimit-remaining": str(max(0, limit - self.state.asked_this_hour)),
            "ratelimit-reset": str(int(self.state.hour_began + HOUR_S)),
        }


NAMED_404 = Refused(404, "not_found", "The resource you requested could not be found.")
