"""What a request passes before a feed sees it: the edge, the key, the budgets, the switches."""

import asyncio
import gzip
import math
import socket
import struct
from contextlib import suppress
from dataclasses import replace

from aiohttp import web
from multidict import MultiDict

from simulator import answers
from simulator.answers import Answer
from simulator.feeds import Asked, Feed, answer
from simulator.limits import Refusal
from simulator.parameters import Parameters
from simulator.state import State

# The edge turns away clients that do not say who they are.
DEFAULT_AGENTS = ("python-requests", "python-urllib", "python/", "python-httpx")
SPOILED = {
    "http_401": answers.unauthorized(),
    "http_500": answers.server_error(),
    "http_502": answers.html(502, "502 Bad Gateway"),
    "http_503": answers.html(503, "503 Service Unavailable"),
    "html_200": answers.html(200, "Please wait"),
    "html_403": answers.html(403, "403 Forbidden"),
    "empty_200": Answer(200, b""),
    "tier_403": answers.not_in_plan(),
    "scope_403": answers.scope_required(),
    "not_found_404": answers.unknown_ticker(),
    "no_route_404": answers.unknown_route(),
}
REFUSALS = {
    "rate_limit_429": Refusal.MINUTE,
    "concurrency_429": Refusal.CONCURRENCY,
    "daily_429": Refusal.DAILY,
}
ABORT_WITH_RST = struct.pack("ii", 1, 0)
DRIP_BYTES = 1024


class Gate:
    """Serves one path."""

    def __init__(self, state: State, path: str, feed: Feed | None) -> None:
        self.state = state
        self.path = path
        self.feed = feed

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer a request and count how it ended."""
        given = self._stopped_at_the_door(request)
        if given is not None:
            return self._response(request, given, {})
        limits, clock = self.state.limits, self.state.clock
        refusal = limits.enter(clock.steady_s(), clock.now())
        self.state.counters.note(limits)
        try:
            return await self._inside(request, refusal)
        finally:
            limits.leave()

    async def _inside(self, request: web.Request, refusal: Refusal | None) -> web.StreamResponse:
        faults = self.state.faults
        if refusal is Refusal.CONCURRENCY and not faults.minds_concurrency():
            refusal = None
        if refusal is not None:
            return self._response(request, self._refused(refusal), self._rate_headers())
        concerned = faults.concerns(request.path)
        if faults.latency_ms and concerned:
            await asyncio.sleep(faults.latency_ms / 1000)
        fault = faults.take(request.path)
        if fault == "reset":
            self.state.counters.count(self.path, "reset")
            return _drop(request)
        response = self._spoiled_or_not(request, fault)
        if faults.slow_drip_ms and concerned:
            return await _drip(request, response, faults.slow_drip_ms / 1000)
        return response

    def _stopped_at_the_door(self, request: web.Request) -> Answer | None:
        agent = request.headers.get("User-Agent", "").lower()
        if not agent or agent.startswith(DEFAULT_AGENTS):
            return answers.html(403, "403 Forbidden")
        if request.headers.get("Authorization") != f"Bearer {self.state.api_key}":
            return answers.unauthorized()
        return None

    def _spoiled_or_not(self, request: web.Request, fault: str | None) -> web.Response:
        spoiled = self._spoiled(request, fault)
        given = spoiled if spoiled is not None else self._answered(request)
        headers = self._rate_headers() if given.status != 401 else {}
        if fault == "rate_limit_429":
            headers |= _spent(self.state.faults.rate_limit_reset_ms) if headers else {}
        return self._response(request, given, headers, cut=fault)

    def _answered(self, request: web.Request) -> Answer:
        if self.feed is None:
            return answers.unknown_route()
        refused = self._refused_by_plan(request.path)
        if refused is not None:
            return refused
        faults, query = self.state.faults, MultiDict(request.query)
        if faults.ignore_order:
            query.popall("order", None)
        ticker = request.match_info.get("ticker", "")
        asked = Asked(request.path, request.query_string, Parameters(query), ticker)
        given = answer(self.state, self.feed, asked)
        if given.status == 422 and faults.wrong_value_empty:
            return answers.data({"data": []})
        if given.status == 200 and faults.drop_key and faults.concerns(request.path):
            return answers.without(given, faults.drop_key)
        return given

    def _refused_by_plan(self, path: str) -> Answer | None:
        faults = self.state.faults
        if _names(faults.not_in_plan, path):
            return answers.not_in_plan()
        if _names(faults.scope_required, path):
            return answers.scope_required()
        return answers.missing_access(path) if _names(faults.missing_access, path) else None

    def _spoiled(self, request: web.Request, fault: str | None) -> Answer | None:
        if fault in REFUSALS:
            return self._refused(REFUSALS[fault], forced=True)
        if fault == "historic_403":
            state = self.state
            return answers.history_missing("a date", state.earliest_day(), state.history_days)
        if fault == "missing_access_422":
            return answers.missing_access(request.path)
        if fault == "invalid_422":
            return answers.invalid(request.path, request.query_string, ["Invalid query input(s): limit=x"])
        return SPOILED.get(fault) if fault else None

    def _refused(self, refusal: Refusal, *, forced: bool = False) -> Answer:
        self.state.counters.refusals[refusal.value] += 1
        limits, clock, faults = self.state.limits, self.state.clock, self.state.faults
        given = answers.refused(refusal, limits.budget.requests_per_minute)
        if not faults.retry_after:
            return given
        wait_s = limits.wait_s(refusal, clock.steady_s(), clock.now())
        if forced and refusal is Refusal.MINUTE:
            wait_s = math.ceil(faults.rate_limit_reset_ms / 1000)
        return replace(given, headers={"Retry-After": str(wait_s)})

    def _rate_headers(self) -> dict[str, str]:
        if self.state.faults.no_rate_headers:
            return {}
        return self.state.limits.headers(self.state.clock.steady_s())

    def _response(
        self, request: web.Request, given: Answer, headers: dict[str, str], cut: str | None = None
    ) -> web.Response:
        self.state.counters.count(self.path, given.status)
        body, more = given.body, {**given.headers, **headers, "vary": "accept-encoding"}
        if cut == "cut_json":
            body = body[: len(body) // 2]
        if "gzip" in request.headers.get("Accept-Encoding", "") or cut == "cut_gzip":
            body = gzip.compress(body, 1)
            body = body[: len(body) // 2] if cut == "cut_gzip" else body
            more["content-encoding"] = "gzip"
        content_type = f"{given.content_type}; charset=utf-8"
        return web.Response(status=given.status, body=body, headers={**more, "content-type": content_type})


def _names(parts: list[str], path: str) -> bool:
    return any(part in path for part in parts)


def _spent(reset_ms: int) -> dict[str, str]:
    """What the headers say when the minute is over; a switch makes it short, so that tests need not wait."""
    return {"x-uw-req-per-minute-remaining": "0", "x-uw-req-per-minute-reset": str(reset_ms)}


async def _drip(request: web.Request, whole: web.Response, pause_s: float) -> web.StreamResponse:
    """Send the body in small pieces: no single read takes long, the whole of it does, in flight all the while."""
    body = bytes(whole.body or b"")
    response = web.StreamResponse(status=whole.status, headers=whole.headers)
    response.content_length = len(body)
    # A client that has had enough simply goes.
    with suppress(ConnectionError):
        await response.prepare(request)
        for start in range(0, len(body), DRIP_BYTES):
            # Between pieces only: who has the last one is no longer in flight.
            await asyncio.sleep(pause_s if start else 0)
            await response.write(body[start : start + DRIP_BYTES])
        await response.write_eof()
    return response


def _drop(request: web.Request) -> web.Response:
    """Cut the connection so hard that the client sees a reset, not an end."""
    if request.transport is not None:
        peer = request.transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT_WITH_RST)
        request.transport.abort()
    return web.Response()
