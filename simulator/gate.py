"""What a request passes before a feed sees it: the edge, the key, the budgets, the switches."""

import asyncio
import gzip
import socket
import struct

from aiohttp import web

from simulator import answers
from simulator.answers import Answer
from simulator.feeds import Asked, Feed, answer
from simulator.limits import Refusal
from simulator.parameters import Parameters
from simulator.state import State

# The edge turns away clients that do not say who they are.
DEFAULT_AGENTS = ("python-requests", "python-urllib", "python/", "python-httpx")
SPOILED = {
    "http_500": answers.server_error(),
    "http_502": answers.html(502, "502 Bad Gateway"),
    "http_503": answers.html(503, "503 Service Unavailable"),
    "html_200": answers.html(200, "Please wait"),
    "html_403": answers.html(403, "403 Forbidden"),
    "empty_200": Answer(200, b""),
}
REFUSALS = {
    "rate_limit_429": Refusal.MINUTE,
    "concurrency_429": Refusal.CONCURRENCY,
    "daily_429": Refusal.DAILY,
}
ABORT_WITH_RST = struct.pack("ii", 1, 0)


class Gate:
    """Serves one path."""

    def __init__(self, state: State, path: str, feed: Feed | None) -> None:
        self.state = state
        self.path = path
        self.feed = feed

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer a request and count how it ended."""
        given = self._stopped_at_the_door(request)
        if given is not None:
            return self._send(request, given, {})
        limits, clock = self.state.limits, self.state.clock
        refusal = limits.enter(clock.steady_s(), clock.now())
        self.state.counters.max_in_flight = max(self.state.counters.max_in_flight, limits.in_flight)
        try:
            return await self._inside(request, refusal)
        finally:
            limits.leave()

    async def _inside(self, request: web.Request, refusal: Refusal | None) -> web.Response:
        faults = self.state.faults
        if refusal is not None:
            return self._send(request, self._refused(refusal), self._rate_headers())
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        fault = faults.take(request.path)
        if fault == "reset":
            self.state.counters.count(self.path, "reset")
            return _drop(request)
        spoiled = self._spoiled(fault)
        given = spoiled if spoiled is not None else self._answered(request)
        headers = self._rate_headers()
        if fault == "rate_limit_429":
            headers |= _spent(faults.rate_limit_reset_ms) if headers else {}
        return self._send(request, given, headers, cut=fault)

    def _stopped_at_the_door(self, request: web.Request) -> Answer | None:
        agent = request.headers.get("User-Agent", "").lower()
        if not agent or agent.startswith(DEFAULT_AGENTS):
            return answers.html(403, "403 Forbidden")
        if request.headers.get("Authorization") != f"Bearer {self.state.api_key}":
            return answers.unauthorized()
        return None

    def _answered(self, request: web.Request) -> Answer:
        if self.feed is None:
            return answers.unknown_route()
        if self.state.faults.refuses(request.path):
            return answers.not_in_plan()
        ticker = request.match_info.get("ticker", "")
        asked = Asked(request.path, request.query_string, Parameters(request.query), ticker)
        return answer(self.state, self.feed, asked)

    def _spoiled(self, fault: str | None) -> Answer | None:
        if fault in REFUSALS:
            return self._refused(REFUSALS[fault])
        return SPOILED.get(fault) if fault else None

    def _refused(self, refusal: Refusal) -> Answer:
        self.state.counters.refusals[refusal.value] += 1
        return answers.refused(refusal, self.state.limits.budget.requests_per_minute)

    def _rate_headers(self) -> dict[str, str]:
        if self.state.faults.no_rate_headers:
            return {}
        return self.state.limits.headers(self.state.clock.steady_s())

    def _send(
        self, request: web.Request, given: Answer, headers: dict[str, str], cut: str | None = None
    ) -> web.Response:
        self.state.counters.count(self.path, given.status)
        body, more = given.body, {**headers, "vary": "accept-encoding"}
        if cut == "cut_json":
            body = body[: len(body) // 2]
        if "gzip" in request.headers.get("Accept-Encoding", "") or cut == "cut_gzip":
            body = gzip.compress(body, 1)
            body = body[: len(body) // 2] if cut == "cut_gzip" else body
            more["content-encoding"] = "gzip"
        content_type = f"{given.content_type}; charset=utf-8"
        return web.Response(status=given.status, body=body, headers={**more, "content-type": content_type})


def _spent(reset_ms: int) -> dict[str, str]:
    """What the headers say when the minute is over; a switch makes it short, so that tests need not wait."""
    return {"x-uw-req-per-minute-remaining": "0", "x-uw-req-per-minute-reset": str(reset_ms)}


def _drop(request: web.Request) -> web.Response:
    """Cut the connection so hard that the client sees a reset, not an end."""
    if request.transport is not None:
        peer = request.transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT_WITH_RST)
        request.transport.abort()
    return web.Response()
