"""The one HTTP client: polite, patient for a bounded time, and silent about the key."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
import urllib3

from collector.core import logging
from collector.core.errors import (
    CollectorError,
    InFlight,
    RateLimited,
    Transient,
    Unreachable,
)
from collector.wire import answers, body
from collector.wire.budget import Budget, Permit
from collector.wire.spending import Call
from collector.wire.told import Told, told

CONNECT_S = 10
ATTEMPTS = 6
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
# One request with all its waits and retries: longer than two whole minutes' windows, shorter than a pass.
TOTAL_S = 150.0

Sleep = Callable[[float], None]
Now = Callable[[], datetime]


@dataclass(frozen=True)
class Answer:
    """The JSON value, with exact numbers, and the bytes that it was read from."""

    value: Any
    body: bytes


class Client:
    """GET with retries. `sleep` is given, so that a stop signal ends it and a test does not wait."""

    def __init__(  # noqa: PLR0913, PLR0917 - the wires of a house: each is another thing
        self,
        api_url: str,
        api_key: str,
        release: str,
        timeout_s: int,
        sleep: Sleep,
        budget: Budget,
        now: Now,
    ) -> None:
        self._url = api_url
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._budget = budget
        self._now = now
        self._session = requests.Session()
        # No proxy and no .netrc from the environment: the key goes where the settings say.
        self._session.trust_env = False
        self._session.headers.update(
            {
                "Authorization": f"Bearer {api_key}",
                "User-Agent": f"darkpool-collector/{release}",
                "Accept": "application/json, text/plain",
                "Accept-Encoding": "gzip",
            }
        )

    def get(
        self, path: str, params: Mapping[str, str], *, feed: str, priority: int, filling: bool = False
    ) -> Answer:
        """The answer, after as many attempts as the time allows; `filling` asks for what is not today's.

        Transient and its kinds when it failed for now, CircuitOpen and Spared when nothing was sent, Terminal
        and its kinds when asking again is no use.
        """
        call = Call(feed, priority, filling)
        attempts = 1 if self._budget.admit(call, self._now()) else ATTEMPTS
        try:
            return self._patiently(call, path, params, attempts)
        except RateLimited:
            raise
        except Transient as reason:
            self._budget.failed(call, host=isinstance(reason, Unreachable))
            raise

    def close(self) -> None:
        """Gives the connections back."""
        self._session.close()

    def _patiently(self, call: Call, path: str, params: Mapping[str, str], attempts: int) -> Answer:
        until = self._budget.steady() + TOTAL_S
        wait_s = FIRST_WAIT_S
        for attempt in range(1, attempts + 1):
            permit = self._permit(call, until)
            try:
                return self._once(permit, path, params)
            except Transient as reason:
                self._learn(reason)
                wait_s = _wait_s(reason, wait_s)
                over = self._budget.steady() + wait_s > until
                logging.warning("retry", path=path, attempt=attempt, reason=reason, wait_s=round(wait_s, 2))
                if attempt == attempts or over:
                    raise
            self._sleep(wait_s)
        raise Transient("no attempt was made")

    def _permit(self, call: Call, until: float) -> Permit:
        """Waits for its turn in the budget that all processes share."""
        while True:
            permit = self._budget.ask(call, self._now())
            if isinstance(permit, Permit):
                return permit
            if self._budget.steady() + permit > until:
                raise RateLimited("other requests use up the minute; asked again at the next pass", permit)
            self._sleep(permit)

    def _once(self, permit: Permit, path: str, params: Mapping[str, str]) -> Answer:
        heard: list[tuple[int, Told]] = []
        outcome = "unanswered"
        try:
            answer = self._exchange(path, params, heard)
            outcome = "ok"
        except CollectorError as reason:
            outcome = answers.outcome(heard[0][0] if heard else None, reason)
            raise
        else:
            return answer
        finally:
            self._budget.give_back(permit, heard[0][1] if heard else None, outcome, self._now())

    def _exchange(self, path: str, params: Mapping[str, str], heard: list[tuple[int, Told]]) -> Answer:
        """One request; what its headers told is in `heard` even when its body fails."""
        deadline = time.monotonic() + 2 * self._timeout_s
        try:
            with self._session.get(
                self._url + path,
                params=dict(params),
                timeout=(min(CONNECT_S, self._timeout_s), self._timeout_s),
                stream=True,
                allow_redirects=False,
            ) as response:
                heard.append((response.status_code, told(response.headers, self._budget.steady())))
                whole = body.read(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, zlib.error, OSError) as reason:
            raise Unreachable(f"no whole answer from {self._url} ({type(reason).__name__})") from None
        return Answer(answers.value_of(response.status_code, response.headers, whole), whole)

    def _learn(self, reason: CollectorError) -> None:
        if isinstance(reason, InFlight):
            self._budget.in_flight_refused(reason.limit)
        elif isinstance(reason, RateLimited):
            self._budget.minute_refused(reason.wait_s)


def _wait_s(reason: Transient, before_s: float) -> float:
    """What the vendor said and a little more, so that two do not knock together; else decorrelated jitter."""
    if reason.wait_s is not None:
        return reason.wait_s + random.uniform(0.05, 0.25) * max(min(reason.wait_s, 5.0), 1.0)  # noqa: S311 - spreads load
    return random.uniform(FIRST_WAIT_S, min(max(before_s * 3, FIRST_WAIT_S), LONGEST_WAIT_S))  # noqa: S311 - same
