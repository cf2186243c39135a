"""What an answer means: the one place where the vendor's statuses become our errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from collector.core.errors import (
    BadKey,
    DailyLimit,
    HistoryLimit,
    NotInPlan,
    RateLimited,
    Terminal,
    Transient,
    UnknownSymbol,
)

OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, UNPROCESSABLE, TOO_MANY = 200, 401, 403, 404, 422, 429
SERVER_ERROR = 500
REMAINING, RESET_MS = "x-uw-req-per-minute-remaining", "x-uw-req-per-minute-reset"
A_MINUTE_S = 60.0
_DATE = re.compile(r"\b20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\b")
IN_FLIGHT_WAIT_S = 0.4


def value_of(status: int, headers: Mapping[str, str], body: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The JSON value of a good answer, or the error that says what to do."""
    if status == OK:
        return _json(body)
    text = body.decode("utf-8", "replace").strip()
    facts = _object(body)
    code = str(facts.get("code", ""))
    said = str(facts.get("message") or facts.get("msg") or facts.get("error") or text)[:300]
    if status == UNAUTHORIZED:
        raise BadKey("the API refuses the key (401): check COLLECTOR_API_KEY")
    if status == FORBIDDEN:
        _forbidden(code, said, is_json=bool(facts))
    if status == UNPROCESSABLE and said.startswith("Missing access"):
        raise NotInPlan(said)
    if status == TOO_MANY:
        _too_many(code, said, headers)
    if status >= SERVER_ERROR:
        raise Transient(f"the API answered {status}: {said[:80]}")
    if status == NOT_FOUND:
        _not_found(said)
    raise Terminal(f"the API answered {status}: {said}")


def reset_s(headers: Mapping[str, str]) -> float:
    """Until the minute's window is over; the header is in milliseconds, as text, and sometimes missing."""
    wait_ms = _integer(headers.get(RESET_MS))
    return A_MINUTE_S if wait_ms is None else min(max(wait_ms / 1000, 0.0), A_MINUTE_S)


def remaining(headers: Mapping[str, str]) -> int | None:
    """Requests left in this minute; None when the answer does not say."""
    return _integer(headers.get(REMAINING))


def _not_found(said: str) -> NoReturn:
    if said.startswith("Route not found"):
        raise Terminal("the API has no such path (404): release a newer version")
    raise UnknownSymbol("the API knows no such symbol (404)")


def _forbidden(code: str, said: str, *, is_json: bool) -> NoReturn:
    if code == "historic_data_access_missing":
        raise HistoryLimit(said, _earliest(said))
    if is_json:
        raise NotInPlan(said)
    raise Transient("the edge answered 403 with a page instead of JSON")


def _earliest(said: str) -> date | None:
    """The first date of the sentence is the earliest that the plan sees (API.md 7)."""
    found = _DATE.search(said)
    return date.fromisoformat(found.group()) if found else None


def _too_many(code: str, said: str, headers: Mapping[str, str]) -> NoReturn:
    if code == "daily_request_limit_hit":
        raise DailyLimit("the day's requests are spent; they come back at 20:00 New York")
    if "concurrent" in said:
        raise RateLimited("too many requests in flight", IN_FLIGHT_WAIT_S)
    after = _integer(headers.get("retry-after"))
    raise RateLimited("the minute's requests are spent", reset_s(headers) if after is None else float(after))


def _json(body: bytes) -> Any:  # noqa: ANN401 - JSON of any shape
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Transient("the answer is not JSON") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _integer(text: str | None) -> int | None:
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None
