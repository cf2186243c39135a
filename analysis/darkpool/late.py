"""Prints that reached the tape late, or outside the regular session."""

from __future__ import annotations

from datetime import date, time, timedelta

import pandas as pd

from collector.core.clock import new_york_instant

# FINRA Rule 6380A: as soon as practicable, no later than 10 seconds after execution.
ALLOWED = timedelta(seconds=10)
OPENS, CLOSES = time(9, 30), time(16)


def delays(prints: pd.DataFrame) -> pd.Series:
    """From the execution to the tape; NaT where the execution was not reported."""
    executed = pd.to_datetime(prints["trf_executed_at"], utc=True)
    return (pd.to_datetime(prints["executed_at"], utc=True) - executed).rename("delay")


def late(prints: pd.DataFrame, allowed: timedelta = ALLOWED) -> pd.DataFrame:
    """Prints reported later than allowed, the latest first, with `delay`; their price is of another time."""
    found = prints.assign(delay=delays(prints))
    found = found[found["delay"] > allowed]
    return found.sort_values(["delay", "executed_at"], ascending=[False, True], kind="stable")


def outside_hours(prints: pd.DataFrame, day: date, closes: time = CLOSES) -> pd.DataFrame:
    """Prints of the day before 9:30 or from the close on; `closes` is 13:00 on half days."""
    at = pd.to_datetime(prints["executed_at"], utc=True)
    return prints[(at < new_york_instant(day, OPENS)) | (at >= new_york_instant(day, closes))]
