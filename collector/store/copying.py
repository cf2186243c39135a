"""Values in COPY's text format: only it tells an empty text from a missing one on every Python.

Where that is cheap, a text is what PostgreSQL itself writes for the value: so a stored row can be recognized by it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

NULL = r"\N"
# Equal decimals may differ in their digits after the point, and nearly all differ anyway.
_NUMBERS = {Decimal, int}
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def texts(values: Sequence[object]) -> list[str]:
    """The texts of one column's values, which are all of one kind or None."""
    kinds = set(map(type, values))
    if kinds <= _NUMBERS:
        return list(map(str, values))
    if kinds <= {*_NUMBERS, type(None)}:
        return [NULL if value is None else str(value) for value in values]
    known = {value: _text(value) for value in set(values)}
    return [known[value] for value in values]


def lines(columns: Iterable[Sequence[str]]) -> list[str]:
    """Columns of texts to one line a row."""
    return list(map("\t".join, zip(*columns, strict=True)))


def file(rows: Sequence[str]) -> io.StringIO:
    """What COPY reads."""
    return io.StringIO("\n".join([*rows, ""]))


def _text(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return str(value).replace("+00:00", "+00")
    return str(value).translate(_ESCAPES)
