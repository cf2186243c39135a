"""Bodies of answers that are not data, in the vendor's words."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from simulator.limits import MAX_IN_FLIGHT, Refusal

JSON = "application/json"
HTML = "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
MAIL = "dev@example.com"
UPGRADE = "https://example.com/dashboard/api"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before it is compressed and given its headers."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def data(value: Any, status: int = 200) -> Answer:  # noqa: ANN401 - whatever JSON can hold
    """A JSON body."""
    return Answer(status, json.dumps(value, separators=(",", ":")).encode())


def html(status: int, title: str) -> Answer:
    """A page from a proxy in front of the API."""
    return Answer(status, HTML.format(title=title).encode(), "text/html")


def unauthorized() -> Answer:
    """The key is wrong."""
    return data({"code": "unauthorized", "message": "The API token is missing or invalid."}, 401)


def unknown_ticker() -> Answer:
    """A well-formed ticker that nobody lists."""
    return data({}, 404)


def unknown_route() -> Answer:
    """No such path."""
    return data({"error": "Route not found"}, 404)


def invalid(path: str, query: str, problems: list[str]) -> Answer:
    """The request itself is wrong."""
    return data({"path": path, "msg": " - ".join(problems), "query": query}, 422)


def history_missing(wanted: str, earliest: date, days: int) -> Answer:
    """The plan does not reach back that far."""
    message = (
        f"The earliest date currently available to you is {earliest} ({days} trading days) so {wanted} in "
        f"query param date will not return historical data.\nIf you wish to access full historic data please "
        f"email {MAIL} with your use case."
    )
    return data({"code": "historic_data_access_missing", "message": message}, 403)


def not_in_plan() -> Answer:
    """The feed costs more than was paid."""
    message = (
        "This endpoint requires the Advanced API tier or higher. "
        f"Visit {UPGRADE} to upgrade, or contact {MAIL}."
    )
    return data({"code": "advanced_tier_required", "message": message}, 403)


def scope_required() -> Answer:
    """The key may not see this feed."""
    message = f"Your token does not have the scope of this endpoint. Contact {MAIL} for more information."
    return data({"code": "endpoint_scope_required", "message": message}, 403)


def missing_access(path: str) -> Answer:
    """The older way to say that the feed costs more than was paid: a 422 that is not about the request."""
    return data({"path": path, "msg": f"Missing access for this endpoint. Contact {MAIL}", "query": ""}, 422)


def without(given: Answer, key: str) -> Answer:
    """The same answer with that key gone from each row."""
    body = json.loads(given.body)
    rows = body.get("data", []) if isinstance(body, dict) else body
    for row in rows if isinstance(rows, list) else [rows]:
        row.pop(key, None)
    return data(body, given.status)


def server_error() -> Answer:
    """The API fell over."""
    return Answer(500, b"Something went wrong", "text/plain")


def refused(refusal: Refusal, requests_per_minute: int) -> Answer:
    """One of the three kinds of 429; the concurrency one talks of plans too, and means none."""
    if refusal is Refusal.DAILY:
        return data({"code": "daily_request_limit_hit"}, 429)
    if refusal is Refusal.MINUTE:
        message = f"You have exceeded the limit of {requests_per_minute} requests per minute."
        return data({"message": message}, 429)
    message = (
        f"You have exceeded {MAX_IN_FLIGHT} concurrent requests, the maximum allowed for your current plan. "
        f"Upgrade your plan at {UPGRADE}"
    )
    return data({"message": message}, 429)
