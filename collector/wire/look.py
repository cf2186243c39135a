"""One request at a time, shown as it is answered: what `collector probe` needs to see is what the client hides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import requests

from collector.wire import answers
from collector.wire.budget import Budget, Permit
from collector.wire.spending import Call
from collector.wire.told import Told, told

CALL = Call("probe", 10)

# Nobody's key: what the API says about a wrong one is asked without risking the right one.
WRONG_KEY = "this-is-nobodys-key"


@dataclass(frozen=True)
class Looked:
    """A request and its answer; `status` is 0 when none came, `text` then says why."""

    request: str
    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def value(self) -> Any:  # noqa: ANN401 - JSON of any shape
        """The answer's JSON with exact numbers; None when it is none."""
        try:
            return json.loads(self.text, parse_float=Decimal)
        except (ValueError, RecursionError):
            return None

    @property
    def code(self) -> str:
        """The word of a refusal, where there is one."""
        value = self.value
        return str(value.get("code", "")) if isinstance(value, dict) else ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of a good answer, under `data` or bare; one object is one row."""
        value = self.value
        found = value.get("data") if isinstance(value, dict) else value
        found = [found] if isinstance(found, dict) and found else found
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


class Looker:
    """One in flight, out of the budget that all processes share. Counts what it asked."""

    def __init__(  # noqa: PLR0913, PLR0917 - the wires of a house: each is another thing
        self,
        api_url: str,
        api_key: str,
        release: str,
        timeout_s: int,
        sleep: Callable[[float], None],
        budget: Budget,
        now: Callable[[], datetime],
    ) -> None:
        self.asked = 0
        self.refused_429: list[Looked] = []
        self._url = api_url
        self._key = api_key
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._budget = budget
        self._now = now
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(
            {"User-Agent": f"darkpool-collector/{release}", "Accept": "application/json, text/plain"}
        )

    def get(self, path: str, params: Mapping[str, str], *, wrong_key: bool = False) -> Looked:
        """One request, whatever comes of it; DailyLimit when none is left today."""
        permit = self._permit()
        self.asked += 1
        heard: Told | None = None
        outcome = "network"
        try:
            found = self._exchange(path, params, wrong_key=wrong_key)
            if found.status:
                heard = told(found.headers, self._budget.steady())
                outcome = "ok" if found.status == answers.OK else str(found.status)
        finally:
            self._budget.give_back(permit, heard, outcome, self._now())
        if found.status == answers.TOO_MANY:
            self.refused_429.append(found)
        return found

    def _permit(self) -> Permit:
        while True:
            permit = self._budget.ask(CALL, self._now())
            if isinstance(permit, Permit):
                return permit
            self._sleep(permit)

    def _exchange(self, path: str, params: Mapping[str, str], *, wrong_key: bool) -> Looked:
        request = f"GET {path}" + (f"?{urlencode(params)}" if params else "")
        try:
            response = self._session.get(
                self._url + path,
                params=dict(params),
                headers={"Authorization": f"Bearer {WRONG_KEY if wrong_key else self._key}"},
                timeout=self._timeout_s,
                allow_redirects=False,
            )
        except requests.RequestException as reason:
            return Looked(request, 0, f"no answer ({type(reason).__name__})")
        return Looked(request, response.status_code, response.text, response.headers)

    def close(self) -> None:
        """Gives the connection back."""
        self._session.close()
