"""Does a signal know the future? Cut the data at t: all that was said before must stay as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

Signals = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Leak:
    """A signal of `at` that says something else once facts collected after `cut` are there."""

    cut: datetime
    at: datetime
    without_future: Any
    with_future: Any


def leaks(signals: Signals, facts: pd.DataFrame, cuts: Iterable[datetime]) -> list[Leak]:
    """`signals` makes a table of at and value from facts; each cut keeps what was known by then."""
    whole = _said(signals(facts))
    found = []
    for cut in cuts:
        then = _said(signals(facts[facts["known_at"] <= cut]))
        times = sorted(at for at in whole.keys() | then.keys() if at <= cut)
        found += [
            Leak(cut, at, then.get(at), whole.get(at))
            for at in times
            if not _same(then.get(at), whole.get(at))
        ]
    return found


def _said(table: pd.DataFrame) -> dict[datetime, Any]:
    return dict(zip(table["at"], table["value"], strict=True))


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - a signal may be anything that compares
    return bool(one == other) or (pd.isna(one) and pd.isna(other))
