"""What the API answers: one thing, a page of things, or an error with its short name."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

JSON = dict[str, Any]
MOST_A_PAGE = 200
_numbers = itertools.count(1000)


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status, self.name, self.message = status, name, message

    def answer(self) -> web.Response:
        """Return the error as the API words it."""
        body = {"id": self.name, "message": self.message, "request_id": str(uuid.uuid4())}
        return answer(body, self.status)


def not_found() -> Refused:
    """Return the refusal of a thing that is not there."""
    return Refused(404, "not_found", "The resource you were accessing could not be found.")


def unprocessable(message: str) -> Refused:
    """Return the refusal of a request that makes no sense."""
    return Refused(422, "unprocessable_entity", message)


def conflict(message: str) -> Refused:
    """Return the refusal of a request that the account's state forbids."""
    return Refused(409, "conflict", message)


def answer(body: JSON, status: int = 200) -> web.Response:
    """Return one answer."""
    return web.json_response(body, status=status)


def gone() -> web.Response:
    """Return the answer to a deletion."""
    return web.Response(status=204)


def page(request: web.Request, name: str, things: Iterable[JSON]) -> web.Response:
    """Return the page of a list that was asked for, with links to the others."""
    found = list(things)
    number, size = _whole(request, "page", 1), min(_whole(request, "per_page", 20), MOST_A_PAGE)
    last = max(1, -(-len(found) // size))
    links = {"pages": dict(_links(request, number, last))} if last > 1 else {}
    shown = found[(number - 1) * size : number * size]
    return answer({name: shown, "links": links, "meta": {"total": len(found)}})


def _whole(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise Refused(400, "bad_request", f"{name} must be a positive number")
    return int(text)


def _links(request: web.Request, number: int, last: int) -> Iterable[tuple[str, str]]:
    pages = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    for name, other in pages.items():
        if 1 <= other <= last and other != number:
            yield name, str(request.url.update_query(page=str(other)))


def number() -> int:
    """Return a number that no other thing has."""
    return next(_numbers)


def identifier() -> str:
    """Return a UUID, which the newer kinds of things have."""
    return str(uuid.uuid4())


async def body(request: web.Request, *required: str) -> JSON:
    """Return a request's body; refuse one that is no object or lacks what it must have."""
    try:
        found = await request.json()
    except json.JSONDecodeError:
        raise Refused(400, "bad_request", "error parsing request body") from None
    if not isinstance(found, dict):
        raise Refused(400, "bad_request", "error parsing request body")
    for name in required:
        if found.get(name) in (None, "", []):
            raise unprocessable(f"{name.replace('_', ' ').capitalize()} can't be blank")
    return found


def the_one(things: Iterable[JSON], fits: Callable[[JSON], bool]) -> JSON:
    """Return the thing that fits.

    Raises:
        Refused: there is none.
    """
    for thing in things:
        if fits(thing):
            return thing
    raise not_found()
