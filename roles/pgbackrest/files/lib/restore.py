"""Bring a backup, or a moment, back as the live database: proven beside it first, swapped in by two renames.

The live server runs on until what was restored is proven. Its data stay aside afterwards. Whatever interrupts this, the
same call goes on or begins anew.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import acknowledged_copies
import archive_copies
import notes
import owed
import repository
import table_facts
from backup_set import BackupError, turn
from scratch import Scratch, needed, refuse_without_room, restore
from stillness import nobody_collects, systemctl

if TYPE_CHECKING:
    from pathlib import Path

    from physical_settings import Settings

LEFTOVERS = ("restore_command", "recovery_target_name", "recovery_target_time", "recovery_target_action")


@dataclass(frozen=True)
class Wanted:
    """A backup by its name, or a moment, or neither: everything there is."""

    name: str = ""
    at: datetime | None = None
    accept_loss: bool = False


def now() -> datetime:
    """Tell the time."""
    return datetime.now(timezone.utc)  # noqa: TID251 -- a program of its own, outside the collector's rooms


def say(message: str) -> None:
    """One line, at once."""
    sys.stdout.write(message + "\n")
    sys.stdout.flush()


def chosen(settings: Settings, wanted: Wanted) -> repository.Backup:
    """The backup to begin from; the nearest repository first, as the way is shorter."""
    places = repository.known(settings)
    if wanted.at:
        before = [one for place in places for one in place.backups if one.taken_at < wanted.at]
        if not before:
            raise BackupError(
                f"no backup is older than {wanted.at.isoformat()}: `make backups` shows what there is"
            )
        return max(before, key=lambda one: (one.taken_at, -one.repository))
    return repository.named(list(reversed(places)), wanted.name)


def plan(settings: Settings, wanted: Wanted) -> repository.Backup:
    """Say what would be done, and refuse what cannot be."""
    backup = chosen(settings, wanted)
    until = (
        f"up to {wanted.at.isoformat()}" if wanted.at else "as noted" if wanted.name else "and all log since"
    )
    say(
        f"from      repository {backup.repository}, {backup.label} of {backup.taken_at:%Y-%m-%d %H:%M} UTC, {until}"
    )
    say(
        f"takes     {needed(settings, backup) >> 20} MiB beside the live data until you remove what is kept aside"
    )
    say(f"replaces  {settings.data_directory}, kept aside as {aside(settings).name}")
    if not pending(settings).exists():
        refuse_without_room(settings, backup, settings.data_directory.parent)
    return backup


def run(settings: Settings, wanted: Wanted) -> None:
    """All of it."""
    if not proven(settings).exists():
        backup = plan(settings, wanted)
        with nobody_collects(), turn():
            prepare(settings, backup, wanted)
            swap(settings)
    else:
        say("what was restored is proven already; it is put in place")
        with nobody_collects(), turn():
            swap(settings)


def prepare(settings: Settings, backup: repository.Backup, wanted: Wanted) -> None:
    """Restore beside the live data and prove it."""
    scratch = Scratch(settings, pending(settings), settings.drill_directory)
    scratch.ended()
    if not wanted.name and running(settings):
        # The newest of it may not have left the server yet.
        newest_archived(settings)
    note = notes.of(settings, backup) if wanted.name else None
    target = []
    if note:
        target = ["--type=name", f"--target={note['point']}", "--target-action=promote"]
    elif wanted.at:
        target = ["--type=time", f"--target={wanted.at:%Y-%m-%d %H:%M:%S%z}", "--target-action=promote"]
    restore(scratch, backup, *target)
    # What is written from here on is archived once it is in its place: another timeline, with its history.
    scratch.start(["archive_mode=on", "archive_command=/bin/false"])
    scratch.reached("the moment that was asked for", "select not pg_is_in_recovery()")
    days = acknowledged_copies.fetch(settings, backup.repository)
    say(f"notes     of {days} days of acknowledged pages came from the repository")
    files = archive_copies.fetch(settings, backup.repository)
    say(f"archive   {files} files of old months that were not on this disk came from the repository")
    stands_at = judge(scratch, backup, wanted, note)
    for name in (*LEFTOVERS, "archive_mode"):
        scratch.ask(f"alter system reset {name}")
    scratch.stop()
    proven(settings).write_text(stands_at.isoformat() if stands_at else "")


def newest_archived(settings: Settings) -> None:
    """Let the archive have what was written a moment ago; where it cannot, the comparison tells what is missing."""
    try:
        repository.pgbackrest(settings, "check")
    except BackupError as error:
        say(f"careful   the live server's last log is not archived: {str(error)[-200:]}")


def judge(
    scratch: Scratch, backup: repository.Backup, wanted: Wanted, note: dict[str, Any] | None
) -> datetime | None:
    """Compare with what was noted and what was acknowledged; the moment it stands at, where that is not the end."""
    found = table_facts.facts(scratch.psql)
    lost = False
    if note:
        wrong = table_facts.differences(note["tables"], found)
        if wrong:
            raise BackupError(f"{backup.label} does not restore to what was noted: {owed.brief(wrong)}")
    else:
        lost = check_ledger(scratch, wanted.at or now(), wanted)
    say(f"proven    {len(found)} tables, {table_facts.total(found)} rows")
    if note:
        return datetime.fromisoformat(note["noted_at"])
    return owed.BEGINNING if lost else wanted.at


def check_ledger(scratch: Scratch, moment: datetime, wanted: Wanted) -> bool:
    """What the collector was told is committed must be there; whether some is not, and that was accepted."""
    lines = owed.until(owed.read(scratch.settings.acknowledged), moment)
    missing = owed.lost(lines, scratch.ask)
    if missing and not wanted.accept_loss:
        raise BackupError(
            f"acknowledged, and not restored: {owed.brief(missing)}. Nothing was replaced;"
            " ACCEPT_LOSS=1 takes it as it is"
        )
    say(f"compared  {len(lines)} acknowledged pages{': LOST ' + owed.brief(missing) if missing else ''}")
    return bool(missing)


def swap(settings: Settings) -> None:
    """Two renames; between them there is nothing, and the same call again does the second."""
    live, kept = settings.data_directory, aside(settings)
    begun = time.monotonic()
    systemctl("stop", settings.unit)
    if pending(settings).exists():
        if live.exists():
            live.rename(kept)
        pending(settings).rename(live)
    systemctl("start", settings.unit)
    if proven(settings).exists() and proven(settings).read_text():
        owed.give_up(settings.acknowledged, datetime.fromisoformat(proven(settings).read_text()), now())
    proven(settings).unlink(missing_ok=True)
    say(f"in place  after {time.monotonic() - begun:.0f} s without a database")
    say(f"aside     {kept}: remove it when you are sure")
    known_again(settings)
    # The log goes on in another timeline: a backup that stands on it, soon.
    systemctl("start", "--no-block", "darkpool-pgbackrest.service")


def known_again(settings: Settings) -> None:
    """On a new server the repositories knew the empty cluster that was here before."""
    try:
        repository.made(settings)
    except BackupError:
        repository.made(settings, "stanza-upgrade")


def running(settings: Settings) -> bool:
    """Whether the live server answers."""
    try:
        return repository.called([*settings.psql, "-XAtc", "select 1"]) == "1"
    except BackupError:
        return False


def pending(settings: Settings) -> Path:
    """Where it is restored to, on the same disk."""
    return settings.data_directory.with_name(f"{settings.data_directory.name}.restoring")


def proven(settings: Settings) -> Path:
    """There, while what was restored is proven and not in its place yet."""
    return settings.data_directory.with_name(f"{settings.data_directory.name}.proven")


def aside(settings: Settings) -> Path:
    """Where the live data go."""
    return settings.data_directory.with_name(f"{settings.data_directory.name}.before-{now():%Y%m%dT%H%M%SZ}")
