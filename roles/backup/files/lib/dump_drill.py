"""The drill of a dump: the newest becomes a database beside the live one, and must hold what is owed.

That is what was noted in its own snapshot, and what the collector had been told is committed.
"""

from __future__ import annotations

import grp
import os
import signal
import sys
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import backup_set
import drill_history
import dump_restore
import filled
import owed
import table_facts
from backup_set import BackupError, one_at_a_time, turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from backup_set import Settings

SCRATCH = "darkpool_drill"
# Of these groups are the backups, and the collector's notes of what was committed.
READS = ("pgbackup", "collector")
OPEN_UNTIL = """
select to_char(options_close_at at time zone 'America/New_York', 'HH24:MI')
from ops.market_sessions where now() between opens_at and options_close_at
"""


def now() -> datetime:
    """Tell the time."""
    return datetime.now(timezone.utc)  # noqa: TID251 - a program of its own, outside the collector's rooms


def alone(settings: Settings) -> str:
    """One drill at a time, and no backup beside it; what it found, in a line."""
    become_postgres()
    # Ended from outside, it still drops what it made and notes that it was ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with one_at_a_time(settings.directory) as free:
        if not free:
            raise BackupError("a backup, a verify or another drill is at work: try again in a few minutes")
        with turn():
            return told(run(settings))


def become_postgres() -> None:
    """By hand, as root: begin anew as the account that the unit has, whose history it is."""
    if filled.ROOT:
        there = {one.gr_name for one in grp.getgrall()}
        groups = [word for name in READS if name in there for word in ("-G", name)]
        words = ["runuser", "-u", "postgres", "-g", "postgres", *groups, "--", sys.executable, *sys.argv]
        os.execvp(words[0], words)  # noqa: S606 - a shell would be one more that reads the words


def told(line: Mapping[str, Any]) -> str:
    """A line of the history, as one to read."""
    if not line["ok"]:
        return f"FAILED: {line['problem']}"
    return (
        f"{line['backup']} restores: {line['tables']} tables, {line['rows']} rows, each as noted; "
        f"{line['acknowledged_pages']} acknowledged pages; {line['loss_rows']} rows in the {line['loss_s']} s "
        f"after it; restored in {line['seconds']} s"
    )


def run(settings: Settings) -> dict[str, Any]:
    """One drill; what it found is in the history whatever happened."""
    refuse_in_market_hours(settings)
    at = now()
    line: dict[str, Any] = {"at": at.isoformat(timespec="seconds"), "ok": False, "problem": "it was ended"}
    try:
        backup = backup_set.newest(settings.directory)
        line["backup"] = backup.name
        line |= proven(settings, backup) | lost_now(settings, backup, at)
        del line["problem"]
        line["ok"] = True
    except (BackupError, OSError, ValueError, LookupError) as error:
        line["problem"] = str(error)
        raise
    finally:
        drill_history.append(settings.drill_directory, line)
    return line


def proven(settings: Settings, backup: Path) -> dict[str, Any]:
    """Whole, restored, as it was noted, with all that had been acknowledged; nothing of it stays."""
    backup_set.check(backup)
    dump_restore.refuse_without_room(settings, backup)
    try:
        begun = time.monotonic()
        filled.fill(backup, SCRATCH)
        seconds = round(time.monotonic() - begun)
        found, pages = held(settings, backup, SCRATCH)
    finally:
        filled.drop(SCRATCH)
    wrong = table_facts.differences(backup_set.noted(backup), found)
    if wrong:
        raise BackupError(f"{backup.name} does not restore to what was noted: {owed.brief(wrong)}")
    rows = table_facts.total(found)
    return {"seconds": seconds, "tables": len(found), "rows": rows, "acknowledged_pages": pages}


def held(settings: Settings, backup: Path, database: str) -> tuple[dict[str, table_facts.Facts], int]:
    """What a restored database holds; how many pages had been acknowledged before, all of which are there."""
    pages, missing = dump_restore.acknowledged(settings, backup, database)
    if missing:
        raise BackupError(f"acknowledged, and not in {backup.name}: {owed.brief(missing)}")
    return table_facts.facts([*filled.AS_POSTGRES, "psql", "-d", database]), pages


def lost_now(settings: Settings, backup: Path, at: datetime) -> dict[str, int]:
    """What a disk lost at this moment would take along: what was acknowledged after the dump's snapshot."""
    began = backup_set.began(backup)
    later = [
        line for line in owed.until(owed.read(settings.acknowledged), at) if owed.moment(line, "at") > began
    ]
    newest = max((owed.moment(line, "at") for line in later), default=began)
    rows = sum(int(str(line["stored"])) for line in later)
    return {"loss_s": round((newest - began).total_seconds()), "loss_rows": rows}


def refuse_in_market_hours(settings: Settings) -> None:
    """It works in the live server, whose turn it is then to collect."""
    try:
        closes = filled.ask(settings.database, OPEN_UNTIL)
    except BackupError:
        # A database that cannot be asked collects nothing either, and a drill says why.
        return
    if closes:
        raise BackupError(
            f"the market is open until {closes}, and a drill works in the live server: after that, or at once and"
            " without a line in the history: sudo darkpool-backup verify"
        )
