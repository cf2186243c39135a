"""One request at a time, shown as it is answered: what `collector probe` needs to see is what the client hides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import requests

from collector.wire.answers import remaining, reset_s

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
        """The rows of a good answer, under `data` or bare."""
        value = self.value
        found = value.get("data") if isinstance(value, dict) else value
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


class Looker:
    """Asks politely: one in flight, and never beyond the minute's budget. Counts what it asked."""

    def __init__(
        self, api_url: str, api_key: str, release: str, timeout_s: int, sleep: Callable[[float], None]
    ) -> None:
        self.asked = 0
        self.refused_429: list[Looked] = []
        self._url = api_url
        self._key = api_key
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(
            {"User-Agent": f"darkpool-collector/{release}", "Accept": "application/json, text/plain"}
        )

    def get(self, path: str, params: Mapping[str, str], *, wrong_key: bool = False) -> Looked:
        """One request, whatever comes of it."""
        request = f"GET {path}" + (f"?{urlencode(params)}" if params else "")
        self.asked += 1
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
        found = Looked(request, response.status_code, response.text, response.headers)
        if found.status == requests.codes.too_many_requests:
            self.refused_429.append(found)
        if remaining(found.headers) == 0:
            self._sleep(reset_s(found.headers))
        return found

    def close(self) -> None:
        """Gives the connection back."""
        self._session.close()
