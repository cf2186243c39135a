"""One JSON value into one column's value, or Unparsable with the key's name.

PostgreSQL refuses NUL, lone surrogates and integers beyond 64 bits for a whole page; here they cost one row.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from collector.core.errors import Unparsable
from collector.core.source import Raw

_LARGEST_EXPONENT = 30
_BIGINT = 2**63
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def required(raw: Raw, key: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The value of a key that must be there and must not be null."""
    if not isinstance(raw, Mapping):
        raise Unparsable("the row is not an object")
    if raw.get(key) is None:
        raise Unparsable(f"{key} is missing")
    return raw[key]


def text(value: Any, key: str) -> str | None:  # noqa: ANN401 - JSON of any shape
    """Text as sent; a list of codes is joined by commas."""
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ",".join(value)
    if not isinstance(value, str):
        raise Unparsable(f"{key} is not text")
    return _storable(value, key)


def number(value: Any, key: str) -> Decimal | None:  # noqa: ANN401 - JSON of any shape
    """Exact, from text or a JSON number; never through a float."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise Unparsable(f"{key} is not a number")
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise Unparsable(f"{key} is not a number") from None
    if not found.is_finite() or (found and abs(found.adjusted()) > _LARGEST_EXPONENT):
        raise Unparsable(f"{key} is not a number that can be stored")
    return found


def some_number(raw: Raw, key: str) -> Decimal:
    """A number that must be there."""
    found = number(required(raw, key), key)
    if found is None:
        raise Unparsable(f"{key} is missing")
    return found


def integer(raw: Raw, key: str) -> int:
    """A 64-bit integer that must be there."""
    found = some_number(raw, key)
    if found != found.to_integral_value() or not -_BIGINT <= found < _BIGINT:
        raise Unparsable(f"{key} is not a 64-bit integer")
    return int(found)


def boolean(value: Any, key: str) -> bool:  # noqa: ANN401 - JSON of any shape
    """True or false; a missing one is false."""
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Unparsable(f"{key} is neither true nor false")
    return value


def instant(value: Any, key: str) -> datetime | None:  # noqa: ANN401 - JSON of any shape
    """A point in time in UTC; text without a zone is refused, not guessed."""
    if value is None:
        return None
    try:
        # Python 3.10 reads neither Z nor fractions of other than 3 or 6 digits.
        found = datetime.fromisoformat(_six_digits(str(value).replace("Z", "+00:00")))
        if found.tzinfo is None:
            raise Unparsable(f"{key} has no time zone")
        return found.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise Unparsable(f"{key} is not a time") from None


def some_instant(raw: Raw, key: str) -> datetime:
    """A point in time that must be there."""
    found = instant(required(raw, key), key)
    if found is None:
        raise Unparsable(f"{key} is missing")
    return found


def readable_instant(raw: Any, key: str) -> datetime | None:  # noqa: ANN401 - JSON of any shape
    """A point in time, or None where there is none that can be read."""
    try:
        return some_instant(raw, key)
    except Unparsable:
        return None


def of_symbol(raw: Raw, key: str, symbol: str) -> None:
    """Refuses a row of another symbol than was asked for; one that names none is taken."""
    if text(raw.get(key), key) not in (None, symbol):
        raise Unparsable(f"{key} is not {symbol}")


def epoch_ms(raw: Raw, key: str) -> datetime:
    """Milliseconds since 1970 that must be there, as a point in time."""
    try:
        return _EPOCH + timedelta(milliseconds=integer(raw, key))
    except OverflowError:
        raise Unparsable(f"{key} is not a time") from None


def day(raw: Raw, key: str) -> date:
    """A date that must be there."""
    try:
        return date.fromisoformat(str(required(raw, key)))
    except ValueError:
        raise Unparsable(f"{key} is not a date") from None


def rest(raw: Raw, taken: Collection[str]) -> str:
    """Every key that has no column, as JSON text for jsonb."""
    kept = {key: value for key, value in raw.items() if key not in taken}
    return _storable(as_json(kept), "an unknown key")


def as_json(value: Any) -> str:  # noqa: ANN401 - JSON of any shape
    """JSON text; exact numbers keep their digits as text."""
    return json.dumps(value, default=str, ensure_ascii=False)


def _six_digits(value: str) -> str:
    head, dot, tail = value.partition(".")
    if not dot:
        return value
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    return f"{head}.{digits[:6]:0<6}{tail[len(digits) :]}"


def _storable(value: str, key: str) -> str:
    if "\x00" in value or "\\u0000" in value or not _is_unicode(value):
        raise Unparsable(f"{key} has characters that cannot be stored")
    return value


def _is_unicode(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
