"""The one HTTP client: polite, patient for a bounded time, and silent about the key."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import requests
import urllib3

from collector.core import logging
from collector.core.errors import RateLimited, Transient
from collector.wire import answers

CONNECT_S = 10
ATTEMPTS = 6
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
# One request with all its retries: longer than a whole minute's window, shorter than a pass.
TOTAL_S = 150.0
CHUNK = 65_536
LARGEST_BODY = 64 * 1024 * 1024

Sleep = Callable[[float], None]


class Client:
    """GET with retries. `sleep` is given, so that a stop signal ends it and a test does not wait."""

    def __init__(self, api_url: str, api_key: str, release: str, timeout_s: int, sleep: Sleep) -> None:
        self._url = api_url
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._pause_s = 0.0
        self._session = requests.Session()
        # No proxy and no .netrc from the environment: the key goes where the settings say.
        self._session.trust_env = False
        self._session.headers.update(
            {
                "Authorization": f"Bearer {api_key}",
                "User-Agent": f"darkpool-collector/{release}",
                "Accept": "application/json, text/plain",
            }
        )

    def get(self, path: str, params: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The answer's JSON value, after as many attempts as the time allows."""
        started = time.monotonic()
        wait_s = self._pause_s
        for attempt in range(1, ATTEMPTS + 1):
            if wait_s:
                self._sleep(wait_s)
            try:
                return self._once(path, params)
            except Transient as reason:
                wait_s = _wait_s(reason, attempt)
                over = time.monotonic() - started + wait_s > TOTAL_S
                logging.warning("retry", path=path, attempt=attempt, reason=reason, wait_s=round(wait_s, 2))
                if attempt == ATTEMPTS or over:
                    raise
        raise Transient("no attempt was made")

    def _once(self, path: str, params: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON of any shape
        deadline = time.monotonic() + 2 * self._timeout_s
        self._pause_s = 0.0
        try:
            with self._session.get(
                self._url + path,
                params=dict(params),
                timeout=(min(CONNECT_S, self._timeout_s), self._timeout_s),
                stream=True,
                allow_redirects=False,
            ) as response:
                body = _body(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, zlib.error, OSError) as reason:
            raise Transient(f"no whole answer from {self._url} ({type(reason).__name__})") from None
        left = answers.remaining(response.headers)
        if left is not None and left <= 0:
            self._pause_s = _jittered(answers.reset_s(response.headers))
        return answers.value_of(response.status_code, response.headers, body)

    def close(self) -> None:
        """Gives the connections back."""
        self._session.close()


def _body(response: requests.Response, deadline: float) -> bytes:
    """All of the body; a slow drip that resets the socket's timer at each byte still ends."""
    chunks = []
    size = 0
    for chunk in response.iter_content(CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if time.monotonic() > deadline or size > LARGEST_BODY:
            raise Transient("the answer is too slow or too large")
    return b"".join(chunks)


def _wait_s(reason: Transient, attempt: int) -> float:
    if isinstance(reason, RateLimited):
        return _jittered(reason.wait_s)
    return _jittered(min(FIRST_WAIT_S * 2 ** (attempt - 1), LONGEST_WAIT_S))


def _jittered(wait_s: float) -> float:
    """A little longer, so that two collectors do not knock together."""
    return wait_s + random.uniform(0.05, 0.25) * max(wait_s, 0.5)  # noqa: S311 - spreads load, guards nothing
