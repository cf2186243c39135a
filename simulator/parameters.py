"""Query strings become values; every problem is collected before the request is refused."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from multidict import MultiDict

from simulator.model.darkpool_query import PAGE, DarkpoolQuery

TICKER = re.compile(r"[A-Z]{1,5}(\.[A-Z]{1,2})?")
ORDERS = ("executed_at", "trf_executed_at", "premium", "size", "volume")
BETWEEN = ("premium", "size", "volume")
# An epoch this large can only be milliseconds: as seconds it would be the year 5138.
FIRST_MILLISECONDS = 100_000_000_000


class Parameters:
    """Reads one request's query; what it cannot read is noted in problems and ignored."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._query = MultiDict(query)
        self.problems: list[str] = []

    def date(self, name: str = "date") -> date | None:
        """A day, or None when none was given."""
        text = self._query.get(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._bad(name, text, "2024-01-18")
            return None

    def moment(self, name: str) -> int | None:
        """A whole second from epoch seconds, epoch milliseconds or ISO text."""
        text = self._query.get(name)
        if text is None:
            return None
        try:
            return _epoch_s(text)
        except ValueError:
            self._bad(name, text, "1715083417")
            return None

    def integer(self, name: str, least: int = 0, most: int | None = None) -> int | None:
        """A whole number inside its limits."""
        text = self._query.get(name)
        if text is None:
            return None
        number = int(text) if re.fullmatch("[0-9]{1,18}", text) else -1
        if number < least or (most is not None and number > most):
            self._bad(name, text, "10")
            return None
        return number

    def text(self, name: str) -> str | None:
        """As it was given."""
        return self._query.get(name)

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """One of the known words; the first when none was given."""
        text = self._query.get(name, known[0])
        if text not in known:
            self._bad(name, text, known[0])
            return known[0]
        return text

    def several(self, name: str, known: tuple[str, ...]) -> frozenset[str]:
        """The known words of an array parameter, which repeats with brackets; empty when none was given."""
        given = self._query.getall(f"{name}[]", [])
        for text in given:
            if text not in known:
                self._bad(f"{name}[]", text, known[0])
        return frozenset(given)

    def later_than(self, name: str) -> int | None:
        """A whole second from epoch seconds or milliseconds; ISO text is not understood and says nothing."""
        return None if "-" in self._query.get(name, "") else self.moment(name)

    def switch(self, name: str, *, default: bool) -> bool:
        """A boolean in lower case."""
        return self.choice(name, ("true", "false") if default else ("false", "true")) == "true"

    def darkpool(self) -> DarkpoolQuery:
        """Everything that /api/darkpool/{ticker} understands but the date."""
        limits = {name: (self.integer(f"min_{name}"), self.integer(f"max_{name}")) for name in BETWEEN}
        return DarkpoolQuery(
            older_than=self.moment("older_than"),
            newer_than=self.moment("newer_than"),
            limit=self.integer("limit", 1, PAGE) or PAGE,
            ascending=self.choice("order", ("desc", "asc")) == "asc",
            order_by=self.choice("order_by", ORDERS),
            between={name: pair for name, pair in limits.items() if pair != (None, None)},
        )

    def _bad(self, name: str, text: str, example: str) -> None:
        self.problems.append(f"{name}={text} (valid example: {name}={example})")


def _epoch_s(text: str) -> int:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        number = int(text.partition(".")[0])
        return number // 1000 if number >= FIRST_MILLISECONDS else number
    # A plus that was not quoted arrives as a space.
    moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
