"""A rule of a signal, as a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Rule:
    """`value` gets what was known (a line a session, the newest last; a column a fact) and returns -1, 0 or 1.

    It returns None when too little is known. `lookback` and `horizon` are sessions. A rule that computes anything
    else than before gets a new version: trials and stored signals are of a version.
    """

    name: str
    version: int
    definition: str
    facts: tuple[str, ...]
    lookback: int
    horizon: int
    prior: str
    failure_modes: tuple[str, ...]
    value: Callable[[pd.DataFrame], int | None]


def enough(known: pd.DataFrame, facts: tuple[str, ...], lookback: int) -> pd.DataFrame | None:
    """The last `lookback` sessions of these facts, if all of them are known for each; else None."""
    if not set(facts) <= set(known.columns):
        return None
    newest = known[list(facts)].iloc[-lookback:]
    return newest if len(newest) == lookback and not newest.isna().to_numpy().any() else None
