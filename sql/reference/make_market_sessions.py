"""Writes market_sessions.csv from exchange_calendars.

The server has no pandas; it gets that file. Run this once a year and commit the result:
python sql/reference/make_market_sessions.py
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import exchange_calendars
import pandas as pd

FIRST, LAST = "2024-01-01", "2028-12-31"
OPTIONS_TRADE_LONGER = pd.Timedelta(minutes=15)
TARGET = Path(__file__).with_name("market_sessions.csv")


def rows() -> list[tuple[str, str, str, str]]:
    """All sessions, oldest first, times in UTC."""
    calendar = exchange_calendars.get_calendar("XNYS", start=FIRST, end=LAST)
    return [
        (str(day.date()), *(at.isoformat() for at in (opens, closes, closes + OPTIONS_TRADE_LONGER)))
        for day, opens, closes in zip(calendar.sessions, calendar.opens, calendar.closes, strict=True)
    ]


def main() -> int:
    """Writes the file anew."""
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("session_date", "opens_at", "closes_at", "options_close_at"))
        writer.writerows(rows())
    return 0


if __name__ == "__main__":
    sys.exit(main())
