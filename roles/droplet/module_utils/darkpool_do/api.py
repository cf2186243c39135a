"""The one door to DigitalOcean's API: its own client, with answers that are answers and errors that say what to do.

Three habits of the client are undone here. It gives back the body of a documented error (404) as if it were an
answer; it sends a POST again after a 500, 503 or 504, which could rent a second droplet; and it knows nothing of pages.
"""

from __future__ import annotations

import email.utils
import ipaddress
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.rest import HttpRequest
from pydo import Client

from .problems import FORBIDDEN, Forbidden, Lost, Problem, Taken, Vanished, explained

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = dict[str, Any]
PUBLIC = "https://api.digitalocean.com"
A_PAGE = 200
TRIES = 4
REFUSED_FROM = 400
TOO_MANY = 429
BROKEN_FROM = 500
NOT_FOUND, CONFLICT = 404, 409
# A longer wait than this is no hiccup: the hour's budget is spent, and a person should know.
LONGEST_WAIT_S = 30.0


class Api:
    """Asks as the owner of a token. Reading is repeated where it may be; creating never is."""

    def __init__(self, token: str, endpoint: str = PUBLIC, pause_s: float = 1.0) -> None:
        self.pause_s = pause_s
        # Any client of the API would do; the token goes over the wire in clear to this machine alone.
        self._options = {"enforce_https": not is_loopback(endpoint), "retry_total": 0}
        self.client = Client(token, endpoint=endpoint, connection_timeout=10, read_timeout=60)

    def read(self, what: str, operation: Callable[..., Any], *words: object, **query: object) -> JSON:
        """Return an answer; try again where the other side is only busy.

        Raises:
            Problem: it refuses, or does not answer.
        """
        return self._patiently(f"reading {what}", operation, *words, **query)

    def pages(
        self, what: str, key: str, operation: Callable[..., Any], *words: object, **query: object
    ) -> list[JSON]:
        """Return all things of a list, whatever the number of its pages."""
        found: list[JSON] = []
        number = 1
        while True:
            page = self.read(what, operation, *words, per_page=A_PAGE, page=number, **query)
            found += page.get(key) or []
            if not page.get("links", {}).get("pages", {}).get("next"):
                return found
            number += 1

    def may(self, method: str, path: str) -> bool:
        """Say whether the token has the scope for a request; it must be one that can do nothing.

        Raises:
            Lost: nobody said either.
        """

        def send(*, cls: object, **options: object) -> tuple[int, JSON, Any]:
            del cls
            body = None if method in {"GET", "DELETE"} else {}
            response = self.client.send_request(HttpRequest(method, path, json=body), **options)
            return response.status_code, _json(response), response.headers

        try:
            self._patiently(f"{method} {path}", send)
        except Forbidden:
            return False
        except Lost:
            raise
        except Problem:
            return True
        return True

    def skew_s(self) -> float:
        """Return by how many seconds this machine's clock is ahead of the API's."""
        skews: list[float] = []

        def noted(response: Any, answer: JSON, _headers: object) -> tuple[int, JSON, Any]:  # noqa: ANN401 -- of the client
            headers = response.http_response.headers
            then = email.utils.parsedate_to_datetime(headers["Date"]).timestamp()
            skews.append(time.time() - then)  # noqa: TID251 -- the wall clock is what is asked about
            return response.http_response.status_code, answer, headers

        self.client.account.get(cls=noted, **self._options)
        return skews[0]

    def write(self, what: str, operation: Callable[..., Any], *words: object, **query: object) -> JSON:
        """Create or change something, once.

        Raises:
            Lost: nobody knows whether it was done.
            Problem: it was refused.
        """
        return self._ask(what, operation, *words, **query)

    def delete(self, what: str, operation: Callable[..., Any], *words: object, patience_s: float = 0) -> None:
        """Delete something; what is gone already is as good. What is still held may be let go in that time."""
        end = time.monotonic() + patience_s
        while True:
            try:
                self._patiently(f"deleting {what}", operation, *words)
            except Vanished:  # noqa: PERF203 -- same
                return
            except Taken:
                if time.monotonic() > end:
                    raise
                time.sleep(self.pause_s)
            else:
                return

    def _patiently(self, what: str, operation: Callable[..., Any], *words: object, **query: object) -> JSON:
        for attempt in range(TRIES):
            try:
                return self._ask(what, operation, *words, **query)
            except Lost as lost:  # noqa: PERF203 -- what a try costs is nothing beside the wait
                if attempt == TRIES - 1 or lost.wait_s > LONGEST_WAIT_S:
                    raise
                time.sleep(max(lost.wait_s, self.pause_s * 2**attempt))
        raise AssertionError("unreachable")

    def _ask(self, what: str, operation: Callable[..., Any], *words: object, **query: object) -> JSON:
        try:
            status, answer, headers = operation(*words, cls=_whole, **self._options, **query)
        except HttpResponseError as error:
            response = error.response
            if response is None:
                raise Lost(what, 0, "") from None
            status, headers = response.status_code, response.headers
            answer = _json(response)
        except AzureError as error:
            raise Lost(what, 0, str(error).splitlines()[0]) from None
        if status < REFUSED_FROM:
            return answer or {}
        raise _problem(what, status, answer if isinstance(answer, dict) else {}, dict(headers))


def is_loopback(endpoint: str) -> bool:
    """Say whether an address of the API is on this machine."""
    host = urllib.parse.urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _whole(response: Any, answer: JSON | None, _headers: object) -> tuple[int, JSON | None, Any]:  # noqa: ANN401 -- of the client
    return response.http_response.status_code, answer, response.http_response.headers


def _json(response: Any) -> JSON:  # noqa: ANN401 -- of the client
    try:
        found = response.json()
    except (ValueError, AzureError):
        return {}
    return found if isinstance(found, dict) else {}


def _problem(what: str, status: int, answer: JSON, headers: dict[str, str]) -> Problem:
    lower = {name.lower(): value for name, value in headers.items()}
    said = str(answer.get("message", ""))
    if status == FORBIDDEN:
        return Forbidden(explained(what, status, said, lower))
    if status == NOT_FOUND:
        return Vanished(explained(what, status, said, lower))
    if status == CONFLICT or "pending event" in said:
        return Taken(explained(what, status, said, lower))
    if status == TOO_MANY or status >= BROKEN_FROM:
        return Lost(what, status, said, lower)
    return Problem(explained(what, status, said, lower))
