"""Everything the command `levels` says about one symbol and day, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

import pandas as pd

from analysis.darkpool.prints import at_market, left_out
from analysis.darkpool.profile import Profile, profile, readable_step
from collector.core.clock import new_york_instant
from collector.core.intervals import Interval, holes

# When off-exchange trades are reported.
TAPE_OPENS, TAPE_CLOSES = time(4), time(20)


@dataclass(frozen=True)
class LevelsReport:
    """`profile` is None when no print may be used; `missing` is what was not collected."""

    symbol: str
    day: date
    prints: int
    profile: Profile | None
    left_out: pd.DataFrame
    missing: tuple[Interval, ...]


def levels_report(
    symbol: str, day: date, prints: pd.DataFrame, covered: list[Interval], step: Decimal | None = None
) -> LevelsReport:
    """Put the day's answer together; without a step it takes one that fits a screen."""
    used = at_market(prints)
    used = used[used["size"] > 0]
    return LevelsReport(
        symbol=symbol,
        day=day,
        prints=len(used),
        profile=None if used.empty else profile(used, step or readable_step(used)),
        left_out=left_out(prints),
        missing=tuple(holes(tape_hours(day), covered)),
    )


def of_prices(symbol: str, day: date, prices: pd.DataFrame, covered: list[Interval]) -> LevelsReport:
    """The same of prints that the database put together by price; what it left out is not counted."""
    return LevelsReport(
        symbol=symbol,
        day=day,
        prints=int(prices["prints"].sum()),
        profile=profile(prices, readable_step(prices)),
        left_out=pd.DataFrame(columns=["prints", "shares"]),
        missing=tuple(holes(tape_hours(day), covered)),
    )


def tape_hours(day: date) -> Interval:
    """From when to when prints of the day can appear."""
    return new_york_instant(day, TAPE_OPENS), new_york_instant(day, TAPE_CLOSES)
