"""The drill: the newest backup becomes a server of its own, and must hold what was noted and what was acknowledged."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import drill_history
import notes
import owed
import repository
import table_facts
from backup_set import BackupError
from scratch import PORT, Scratch, refuse_without_room, restore

if TYPE_CHECKING:
    from physical_settings import Settings

# A segment is closed at least so often, and must then be on its way.
MOST_LOST = timedelta(minutes=5)


def now() -> datetime:
    """Tell the time."""
    return datetime.now(timezone.utc)  # noqa: TID251 -- a program of its own, outside the collector's rooms


def run(settings: Settings, label: str = "") -> dict[str, Any]:
    """One drill; what it found is in the history whatever happened."""
    line: dict[str, Any] = {"at": now().isoformat(timespec="seconds"), "ok": False}
    scratch = Scratch(settings, settings.drill_directory / "scratch", settings.drill_directory)
    try:
        scratch.ended()
        backup = repository.named(repository.known(settings), label)
        line |= {"repository": backup.repository, "backup": backup.label}
        refuse_without_room(settings, backup, settings.drill_directory)
        line |= proven(scratch, backup)
        line["ok"] = True
    except (BackupError, OSError, ValueError, LookupError) as error:
        line["problem"] = str(error)
        raise
    finally:
        scratch.ended()
        drill_history.append(settings.drill_directory, line)
    return line


def proven(scratch: Scratch, backup: repository.Backup) -> dict[str, Any]:
    """Restore, compare at the noted point, go on to the end of the log, compare with what was acknowledged."""
    begun, begun_at = time.monotonic(), now()
    note = notes.of(scratch.settings, backup)
    as_noted = stopped_at_the_note(scratch, backup, note)
    scratch.stop()
    scratch.start(["recovery_target_name="])
    scratch.reached("the end of the log", "select not pg_is_in_recovery()")
    seconds = round(time.monotonic() - begun)
    replayed = scratch.ask("select coalesce(pg_last_xact_replay_timestamp()::text, '')")
    found = {"seconds": seconds, **as_noted, "replayed_to": replayed, **complete(scratch, begun_at)}
    return {**found, "amcheck_s": sound(scratch)}


def sound(scratch: Scratch) -> int:
    """Read each table and index as amcheck does, and see that no row is missing in an index; the seconds it took.

    Rows are counted and hashed without any index, so one that lies would come back unseen.
    """
    begun = time.monotonic()
    program = str(scratch.settings.bin_directory / "pg_amcheck")
    where = ["--host", str(scratch.beside), "--port", str(PORT), scratch.settings.database]
    # The extension is installed in what was restored, never in the live database.
    words = [program, "--install-missing", "--heapallindexed", *where]
    try:
        repository.called(words, told={"PGOPTIONS": "-c client_min_messages=warning"})
    except BackupError as error:
        raise BackupError(
            f"an index or a page is damaged, and so it is in the live database: {error}"
        ) from error
    return round(time.monotonic() - begun)


def stopped_at_the_note(scratch: Scratch, backup: repository.Backup, note: dict[str, Any]) -> dict[str, Any]:
    """Every table as it was noted at that very point."""
    restore(scratch, backup, "--type=name", f"--target={note['point']}", "--target-action=pause")
    scratch.start()
    paused = "select pg_get_wal_replay_pause_state() = 'paused'"
    scratch.reached(f"the restore point {note['point']}", paused)
    found = table_facts.facts(scratch.psql)
    wrong = table_facts.differences(note["tables"], found)
    if wrong:
        raise BackupError(f"{backup.label} does not restore to what was noted: {owed.brief(wrong)}")
    return {"tables": len(found), "rows": table_facts.total(found)}


def complete(scratch: Scratch, begun_at: datetime) -> dict[str, Any]:
    """All that was acknowledged; the youngest of it may be on its way to the archive, its age is the loss."""
    lines = owed.until(owed.read(scratch.settings.acknowledged), begun_at)
    missing = owed.lost(owed.until(lines, begun_at - MOST_LOST), scratch.ask)
    if missing:
        raise BackupError(f"acknowledged, and not restored: {owed.brief(missing)}")
    return {"acknowledged_pages": len(lines), "loss_s": loss(lines, scratch, begun_at)}


def loss(lines: list[dict[str, object]], scratch: Scratch, begun_at: datetime) -> int:
    """Seconds of acknowledged pages that a disk lost at this moment would have taken along."""
    ages = [begun_at - datetime.fromisoformat(str(line["at"])) for line in lines]
    for age in sorted(one for one in ages if one <= MOST_LOST):
        if not owed.lost(owed.until(lines, begun_at - age), scratch.ask):
            return 0 if age == min(ages) else round(age.total_seconds())
    return 0 if not ages or min(ages) > MOST_LOST else round(MOST_LOST.total_seconds())
