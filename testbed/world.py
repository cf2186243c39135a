"""The time in which a test bed lives: a trading session of the recent past, shared by droplet and simulator.

The droplet's own clock is the real one (a container cannot have another), so collector and simulator add the
same offset to it. It is chosen once for a bed and kept in a file that the demo's inventory reads.
"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from testbed import simulator
from testbed.bed import ROOT, Bed

if TYPE_CHECKING:
    from pathlib import Path

NEW_YORK = ZoneInfo("America/New_York")
HALF_DAY_H = 3.5
SESSIONS = ROOT / "sql" / "reference" / "market_sessions.csv"


def enter(bed: Bed, starts_at: dt.time) -> int:
    """Let the bed's time be `starts_at` (New York) of the newest full session before today, unless it has a time.

    Returns:
        the offset in seconds that collector and simulator add to the real clock (negative: the past).
    """
    if not _file(bed).exists():
        bed.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        moment = dt.datetime.combine(_newest_full_session(), starts_at, tzinfo=NEW_YORK)
        offset = int((moment - _real_now()).total_seconds())
        _file(bed).write_text(f"{offset}\n")
    return move(bed, offset_s(bed))


def leave(bed: Bed) -> None:
    """Forget the bed's time; the next bed of this name chooses anew."""
    _file(bed).unlink(missing_ok=True)


def offset_s(bed: Bed) -> int:
    """Return the bed's offset in seconds."""
    return int(_file(bed).read_text())


def now(bed: Bed) -> dt.datetime:
    """Return the bed's time as New York reads it."""
    return (_real_now() + dt.timedelta(seconds=offset_s(bed))).astimezone(NEW_YORK)


def move(bed: Bed, offset: int) -> int:
    """Let the simulator live at another offset."""
    simulator.ask(bed, "/_clock", {"offset_s": offset})
    return offset


def offset_at(bed: Bed, moment: dt.time) -> int:
    """Return the offset at which the bed's session day would read `moment` in New York right now."""
    today = now(bed).date()
    return int((dt.datetime.combine(today, moment, tzinfo=NEW_YORK) - _real_now()).total_seconds())


def _newest_full_session() -> dt.date:
    """A session that ended before today, and not a half day."""
    today = _real_now().astimezone(NEW_YORK).date()
    with SESSIONS.open() as file:
        rows = [(row["session_date"], row["opens_at"], row["closes_at"]) for row in csv.DictReader(file)]
    full = [
        day
        for day, opens, closes in rows
        if _hours(opens, closes) > HALF_DAY_H and dt.date.fromisoformat(day) < today
    ]
    return dt.date.fromisoformat(max(full))


def _hours(opens: str, closes: str) -> float:
    return (dt.datetime.fromisoformat(closes) - dt.datetime.fromisoformat(opens)).total_seconds() / 3600


def _file(bed: Bed) -> Path:
    return bed.folder / "clock_offset_s"


def _real_now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)
