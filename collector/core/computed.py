"""What `analysis nightly` hands over, a line a thing: each is checked before any is stored."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from collector.core.errors import BadPayload

LONGEST_TEXT = 4000
# Packed. What sends it has little memory, and mail makes it four times as large.
LARGEST_PAGE = 2**18


@dataclass(frozen=True)
class Line:
    """The query that stores it, and its values."""

    kind: str
    query: str
    values: Mapping[str, Any]


def _text(value: Any) -> str:  # noqa: ANN401 - what JSON holds
    if not isinstance(value, str):
        raise TypeError("is no text")
    if not 0 < len(value) <= LONGEST_TEXT or "\0" in value:
        raise ValueError("is empty, too long, or has what no text has")
    return value


def _number(value: Any) -> float:  # noqa: ANN401 - same
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("is no number")
    return value


def _whole(value: Any) -> int:  # noqa: ANN401 - same
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("is no whole number")
    return value


def _flag(value: Any) -> bool:  # noqa: ANN401 - same
    if not isinstance(value, bool):
        raise TypeError("is neither true nor false")
    return value


def _day(value: Any) -> date:  # noqa: ANN401 - same
    return date.fromisoformat(_text(value))


def _instant(value: Any) -> datetime:  # noqa: ANN401 - same
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError("has no offset from UTC")
    return found


def _page(value: Any) -> bytes:  # noqa: ANN401 - same
    try:
        found = base64.b64decode(value, validate=True)
    except (TypeError, binascii.Error) as wrong:
        raise ValueError("is not base64") from wrong
    if len(found) > LARGEST_PAGE:
        raise ValueError(f"is larger than {LARGEST_PAGE:,} bytes")
    return found


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


_OF_A_SESSION = {"symbol": _text, "session_date": _day}
_COMPUTED = {**_OF_A_SESSION, "version": _whole, "as_of": _instant}
_NUMBERS = ("known_share", "value", "low", "high", "effective", "best_value", "best_z", "needed_z")
_KINDS: Mapping[str, tuple[str, Mapping[str, Callable[[Any], Any]]]] = {
    "signal": (
        "keep_signal",
        {**_COMPUTED, "rule": _text, "known_at": _or_none(_instant), "value": _or_none(_whole)},
    ),
    "correlation": (
        "keep_correlation",
        {
            **_COMPUTED,
            "pair": _text,
            "minutes": _whole,
            **dict.fromkeys(_NUMBERS, _or_none(_number)),
            "best_lag": _or_none(_whole),
            "evidence": _or_none(_flag),
        },
    ),
    "report": (
        "keep_report",
        {**_OF_A_SESSION, "title": _text, "body": _text, "name": _text, "page": _or_none(_page)},
    ),
}


def read(lines: Iterable[str], now: datetime) -> list[Line]:
    """Each line as what it stores.

    Raises:
        BadPayload: a line is none of ours, so that none is stored.
    """
    return [_numbered(number, text, now) for number, text in enumerate(lines, 1)]


def _numbered(number: int, text: str, now: datetime) -> Line:
    try:
        return _line(json.loads(text), now)
    except (ValueError, TypeError, AttributeError) as wrong:
        raise BadPayload(f"line {number} is not what `analysis nightly` writes: {wrong}") from wrong


def _line(given: dict[str, Any], now: datetime) -> Line:
    kind = given.pop("kind", None)
    if kind not in _KINDS:
        raise ValueError(f"{kind!r} is no kind of line")
    query, fields = _KINDS[kind]
    if given.keys() != fields.keys():
        raise ValueError(f"its fields are not those of a {kind}")
    values = {name: _field(name, parse, given[name]) for name, parse in fields.items()}
    if kind == "report":
        values = _message(values, now)
    return Line(kind, query, {**values, "computed_at": now})


def _field(name: str, parse: Callable[[Any], Any], value: Any) -> Any:  # noqa: ANN401 - same
    try:
        return parse(value)
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"{name} {wrong}") from None


def _message(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    symbol, day = values["symbol"], values["session_date"]
    texts = {name: values[name] for name in ("title", "body", "name")}
    named = {"key": f"report/{symbol}/{day}", "series": f"report/{symbol}", "created_at": now}
    return {**texts, **named, "content": values["page"]}
