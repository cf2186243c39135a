"""What was known at an instant: by when it was collected, not by when it happened.

Facts are rows of fact (its name), session_date, value and known_at. A fact that was restated has a row for each time.
"""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

COLUMNS = ("fact", "session_date", "value", "known_at")


def as_known(facts: pd.DataFrame, at: datetime, since: date | None = None) -> pd.DataFrame:
    """A line a session and a column a fact: each as it was last collected by then; sessions before `since` left out."""
    seen = facts[facts["known_at"] <= at]
    if since is not None:
        seen = seen[seen["session_date"] >= since]
    last = seen.sort_values("known_at", kind="stable").drop_duplicates(["fact", "session_date"], keep="last")
    wide = last.pivot(index="session_date", columns="fact", values="value")  # noqa: PD010 - each pair occurs once
    return wide.sort_index().astype(float)


class Walk:
    """The same for many instants, in the order of time: each fact is looked at once."""

    def __init__(self, facts: pd.DataFrame) -> None:
        ordered = facts.sort_values("known_at", kind="stable")
        self._known_at = list(ordered["known_at"])
        self._facts = list(zip(ordered["fact"], ordered["session_date"], ordered["value"], strict=True))
        self._next = 0
        self._seen: dict[str, dict[date, float]] = {}

    def to(self, at: datetime, since: date | None = None) -> pd.DataFrame:
        """What `as_known` says; `at` must not be before that of the last call."""
        while self._next < len(self._facts) and self._known_at[self._next] <= at:
            fact, session_date, value = self._facts[self._next]
            self._seen.setdefault(fact, {})[session_date] = float(value)
            self._next += 1
        columns = {
            fact: {day: value for day, value in values.items() if since is None or day >= since}
            for fact, values in sorted(self._seen.items())
        }
        columns = {fact: values for fact, values in columns.items() if values}
        sessions = sorted({day for values in columns.values() for day in values})
        rows = [[values.get(day, float("nan")) for values in columns.values()] for day in sessions]
        return pd.DataFrame(rows, index=sessions, columns=list(columns), dtype=float)
