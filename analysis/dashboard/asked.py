"""What an address asks for, as a value; and the address of a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

PAGES = ("overview", "day", "levels", "strike")
SESSIONS = (5, 10, 20, 60)
LONGEST = 200


class NoSuchPage(Exception):
    """The address means nothing; the message is for a person."""


@dataclass(frozen=True)
class Asked:
    """`day` None is the newest; `refresh` has the page ask itself again while the market is open."""

    page: str = "overview"
    symbol: str = ""
    day: date | None = None
    strike: Decimal | None = None
    sessions: int = 20
    refresh: bool = False

    def href(self, **changes: Any) -> str:  # noqa: ANN401 - whatever the fields are
        """The address of the same with some changes, relative to the page that it stands on."""
        one = replace(self, **changes)
        words = {
            "symbol": one.symbol,
            "day": one.day,
            "strike": one.strike,
            "sessions": one.sessions if one.page in {"levels", "strike"} else None,
            "refresh": "on" if one.refresh else None,
        }
        return f"{one.page}?{urlencode({key: word for key, word in words.items() if word}, quote_via=quote)}"


def read(page: str, query: str) -> Asked:
    """Understand an address.

    Raises:
        NoSuchPage: it is none of ours.
    """
    page = page or "overview"
    if page not in PAGES or len(query) > LONGEST:
        raise NoSuchPage("There is no such page.")
    words = dict(parse_qsl(query))
    asked = Asked(
        page,
        words.get("symbol", "").upper(),
        _word(words, "day", date.fromisoformat),
        _word(words, "strike", _strike),
        _word(words, "sessions", _sessions) or 20,
        words.get("refresh") == "on",
    )
    if page != "overview" and not asked.symbol:
        raise NoSuchPage("No symbol was named.")
    if page == "strike" and asked.strike is None:
        raise NoSuchPage("No strike was named.")
    return asked


def _word(words: Mapping[str, str], name: str, form: Callable[[str], Any]) -> Any:  # noqa: ANN401 - the form's own
    if not words.get(name):
        return None
    try:
        return form(words[name])
    except (ValueError, InvalidOperation) as reason:
        raise NoSuchPage(f"{name} cannot be {words[name]!r}.") from reason


def _strike(text: str) -> Decimal:
    found = Decimal(text)
    if not (found.is_finite() and 0 < found < 10**7):
        raise ValueError(text)
    return found


def _sessions(text: str) -> int:
    if int(text) not in SESSIONS:
        raise ValueError(text)
    return int(text)
