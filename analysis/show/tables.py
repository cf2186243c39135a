"""Tables and notes for a terminal of 80 columns, and the same as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

WIDTH = 80


def as_text(head: str, rows: Sequence[Sequence[str]], notes: Iterable[str]) -> str:
    """Columns are as wide as their widest cell; the first stands left, the others right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  "
        + "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([head, *lines, "", *(textwrap.fill(note, WIDTH) for note in notes)])


def as_json(answer: Any) -> str:  # noqa: ANN401 - whatever an answer is made of
    """Money and shares are strings, so nothing is rounded on the way; times are ISO."""
    return json.dumps(answer, indent=1, default=_plain)


def money(value: Decimal) -> str:
    """US dollars without cents."""
    return f"{value:,.0f}"


def ratio(value: Decimal | None, form: str = ".2f") -> str:
    """A dash where there is none."""
    return "-" if value is None else format(value, form)


def _plain(value: Any) -> str:  # noqa: ANN401 - json's own contract
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
