"""What an answer means: the one place where the vendor's statuses become our errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from collector.core.errors import (
    BadKey,
    CollectorError,
    DailyLimit,
    HistoryLimit,
    InFlight,
    NotInPlan,
    RateLimited,
    Terminal,
    Transient,
    UnknownSymbol,
    Unreachable,
)
from collector.wire.told import A_MINUTE_S, told, whole

OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, UNPROCESSABLE, TOO_MANY = 200, 401, 403, 404, 422, 429
SERVER_ERROR = 500
IN_FLIGHT_WAIT_S = 0.25
_EARLIEST = re.compile(r"earliest\b\D{0,60}(\d{4}-\d{2}-\d{2})")
_CONCURRENT = re.compile(r"(\d{1,3}) concurrent")


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
        raise Unreachable(f"the API answered {status}: {said[:80]}", retry_after_s(headers))
    if status == NOT_FOUND:
        _not_found(said)
    raise Terminal(f"the API answered {status}: {said}")


def outcome(status: int | None, reason: CollectorError | None) -> str:
    """The ledger's word for how a request ended; `status` is None when no answer came."""
    if status is None or (status < SERVER_ERROR and isinstance(reason, Unreachable)):
        return "network"
    if reason is None:
        return "ok"
    if status == TOO_MANY:
        return "429 day" if isinstance(reason, DailyLimit) else _kind(reason)
    if status == FORBIDDEN:
        kinds: Mapping[type, str] = {HistoryLimit: "403 history", NotInPlan: "403 plan"}
        return kinds.get(type(reason), "403 edge")
    if status == OK:
        return "unreadable"
    return "5xx" if status >= SERVER_ERROR else str(status)


def _kind(reason: CollectorError) -> str:
    return "429 in flight" if isinstance(reason, InFlight) else "429 minute"


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds, also from a date, by the server's own clock; None when the answer does not say."""
    text = headers.get("retry-after", "").strip()
    seconds = whole(text)
    if seconds is not None:
        return float(min(max(seconds, 0), 86_400))
    try:
        after = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, IndexError):
        return None
    return min(max(after.total_seconds(), 0.0), 86_400.0)


def _not_found(said: str) -> NoReturn:
    if said.startswith("Route not found"):
        raise Terminal("the API has no such path (404): release a newer version")
    raise UnknownSymbol("the API knows no such symbol (404)")


def _forbidden(code: str, said: str, *, is_json: bool) -> NoReturn:
    if code == "historic_data_access_missing":
        raise HistoryLimit(said, earliest(said))
    if is_json:
        raise NotInPlan(said)
    raise Transient("the edge answered 403 with a page instead of JSON")


def earliest(said: str) -> date | None:
    """The first date that the plan sees, where the refusal names it."""
    found = _EARLIEST.search(said)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _too_many(code: str, said: str, headers: Mapping[str, str]) -> NoReturn:
    if code == "daily_request_limit_hit":
        raise DailyLimit("the day's requests are spent; they come back at 20:00 New York")
    if "concurrent" in said:
        found = _CONCURRENT.search(said)
        raise InFlight("too many requests in flight", IN_FLIGHT_WAIT_S, int(found[1]) if found else None)
    after_s = retry_after_s(headers)
    reset_s = told(headers, 0.0).reset_s
    wait_s = next((s for s in (after_s, reset_s) if s is not None), A_MINUTE_S)
    raise RateLimited("the minute's requests are spent", min(wait_s, A_MINUTE_S))


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
