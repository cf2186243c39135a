#!/usr/bin/env python3
"""Physical backups of the darkpool database: made, watched, restored, and proven to restore.

pgBackRest does the copying; beside each of its backups lies a note of what the tables held at one
exact point of the log.
"""

from __future__ import annotations

import argparse
import grp
import json
import os
import pwd
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import acknowledged_copies
import archive_copies
import drill
import drill_history
import notes
import repository
import restore
import watch
from backup_set import BackupError, one_at_a_time, turn
from physical_settings import Settings, read_settings

SETTINGS_FILE = Path("/etc/default/darkpool-pgbackrest")
EXIT_CODES = (
    "exit codes: 0 done, or the same is at work already; 1 failed, or something is wrong; 2 wrong usage"
)
WORDS = {
    "prepare": "make the repositories ready, and the first backup if there is none",
    "run": "make a backup now: a full one when the last is old, else what changed since",
    "watch": "fail, with all reasons, when something is too old, waits too long or is not there",
    "list": "what there is, where, how old, and the last drills",
    "restore": "bring a backup or a moment back as the live database (as root)",
    "drill": "restore into a cluster of its own, compare, measure, note it, remove it",
}


def main() -> int:
    """Turn the words of the command line into calls."""
    given = parser().parse_args()
    try:
        settings = read_settings(given.settings)
        if given.word == "restore":
            restored(settings, given)
            return 0
        become_postgres()
        if given.word == "list":
            show(settings, as_json=given.json)
        elif given.word == "watch":
            look(settings)
        elif given.word == "drill":
            drilled(settings, given.name)
        elif given.word == "prepare":
            prepare(settings)
        else:
            run(settings)
    except (BackupError, OSError, ValueError, LookupError) as error:
        sys.stderr.write(f"darkpool-pgbackrest: {error}\n")
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    look = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        "darkpool-pgbackrest", description=__doc__, epilog=EXIT_CODES, formatter_class=look
    )
    top.add_argument(
        "--settings", type=Path, default=SETTINGS_FILE, help="settings file (default: %(default)s)"
    )
    words = top.add_subparsers(dest="word", required=True)
    made = {word: words.add_parser(word, help=text, description=text) for word, text in WORDS.items()}
    made["list"].add_argument("--json", action="store_true", help="for programs")
    made["drill"].add_argument("name", nargs="?", default="", help="one backup (default: the newest)")
    made["restore"].add_argument("--from", dest="name", default="", help="one backup, as it was noted")
    made["restore"].add_argument("--at", type=moment, help='a second in New York, as "2026-11-20 15:59:00"')
    made["restore"].add_argument(
        "--dry-run", action="store_true", help="say what would be done, change nothing"
    )
    made["restore"].add_argument(
        "--accept-loss", action="store_true", help="also if acknowledged rows are missing"
    )
    return top


def moment(text: str) -> datetime:
    """A time as the exchange's clock shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


def restored(settings: Settings, given: argparse.Namespace) -> None:
    """One restore at a time."""
    if os.geteuid() != 0:
        raise BackupError("a restore stops the server and starts it again: sudo darkpool-pgbackrest restore")
    if given.name and given.at:
        raise BackupError("a backup by its name, or a moment: not both")
    wanted = restore.Wanted(given.name, given.at, given.accept_loss)
    if given.dry_run:
        restore.plan(settings, wanted)
        say("nothing was changed")
        return
    with one_at_a_time(settings.drill_directory) as alone:
        if not alone:
            raise BackupError("a backup, a drill or another restore is at work: try again in a few minutes")
        restore.run(settings, wanted)


def say(message: str) -> None:
    """One line for the journal or the terminal, at once."""
    sys.stdout.write(message + "\n")
    sys.stdout.flush()


def become_postgres() -> None:
    """By hand, as root: go on as the account whose data it is."""
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        # As the units do: the collector's notes are its group's.
        also = [one.gr_gid for one in grp.getgrall() if one.gr_name == "collector"]
        os.setgroups([*os.getgrouplist(account.pw_name, account.pw_gid), *also])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)


def now() -> datetime:
    """Tell the time."""
    return datetime.now(timezone.utc)  # noqa: TID251 -- a program of its own, outside the collector's rooms


def prepare(settings: Settings) -> None:
    """Say on the last line whether anything was done."""
    if repository.called([*settings.psql, "-XAtc", "select pg_is_in_recovery()"]) == "t":
        say("this database follows another, which is the one that is backed up")
        return
    places = repository.known(settings)
    if any(place.problem for place in places):
        try:
            repository.made(settings)
        except BackupError:
            if not foreign(places):
                raise
            say(
                "awaits a restore: off-site lie backups of a server before this one; `make restore` brings them"
            )
            return
    known = repository.known(settings)
    if repository.stranger(settings) or not all(notes.beside(settings, place) for place in known):
        run(settings)
        say("prepared")


def foreign(places: list[repository.Repository]) -> bool:
    """Whether only the last repository, off-site, has backups: this server is the successor of a lost one."""
    return len(places) > 1 and bool(places[-1].backups) and not places[0].backups


def run(settings: Settings) -> None:
    """One backup into each repository, and one note for them."""
    with one_at_a_time(settings.drill_directory) as alone:
        if not alone:
            say("another backup is at work; this one leaves")
            return
        with turn():
            if repository.stranger(settings):
                repository.made(settings, "stanza-upgrade")
            # Just after a promotion the control file still names the history before it, which pgBackRest refuses.
            repository.called([*settings.psql, "-XAtqc", "checkpoint"])
            for place in repository.known(settings):
                kind = due(settings, place)
                repository.pgbackrest(settings, f"--repo={place.number}", f"--type={kind}", "backup")
            note = notes.taken(settings)
            for place in repository.known(settings):
                newest = place.backups[-1]
                notes.keep(settings, note, newest)
                notes.tidy(settings, place)
                acknowledged_copies.keep(settings, place.number)
                files = archive_copies.keep(settings, place.number)
                say(
                    f"repository {place.number}: {newest.label}, {newest.size >> 10} KiB, noted at {note['point']};"
                    f" {files} more files of old months"
                )


def due(settings: Settings, place: repository.Repository) -> str:
    """A full one when there is none of the last days: a night that was missed is made good the next."""
    full = [one for one in place.backups if one.kind == "full"]
    fresh = full and full[-1].taken_at > now() - timedelta(days=settings.full_every_days, hours=-6)
    return "incr" if fresh else "full"


def look(settings: Settings) -> None:
    """Be the alarm."""
    found, places = watch.problems(settings, now())
    found += noted_off_site(settings, places)
    if found:
        raise BackupError("\n".join(found))
    say("archive, backups and drill: all as they should be")


def noted_off_site(settings: Settings, places: list[repository.Repository]) -> list[str]:
    """Lay what was acknowledged since the last look off-site; that it cannot be is a problem like others."""
    try:
        acknowledged_copies.keep_up(settings, places)
    except (BackupError, OSError, ValueError) as error:
        return [f"what was acknowledged is not noted off-site: {error}"]
    return []


def drilled(settings: Settings, label: str) -> None:
    """One drill at a time, and no backup beside it."""
    with one_at_a_time(settings.drill_directory) as alone:
        if not alone:
            raise BackupError("a backup or another drill is at work: try again in a few minutes")
        with turn():
            line = drill.run(settings, label)
    say(
        f"{line['backup']} restores: {line['tables']} tables, {line['rows']} rows, each as noted; "
        f"{line['acknowledged_pages']} acknowledged pages, {line['loss_s']} s of them lost; {line['seconds']} s"
    )


def show(settings: Settings, *, as_json: bool) -> None:
    """Everything that can be restored from here."""
    places, drills = repository.known(settings), drill_history.lines(settings.drill_directory)
    good = {line["backup"]: line["at"] for line in drills if line.get("ok")}
    rows = [
        {
            "repository": one.repository, "name": one.label, "kind": one.kind, "bytes": one.size,
            "taken_at": one.taken_at.isoformat(), "verified_at": good.get(one.label),
        }
        for place in places for one in place.backups
    ]  # fmt: skip
    if as_json:
        say(json.dumps({"backups": rows, "drills": drills[-5:]}))
        return
    for row in rows:
        hours = (now() - datetime.fromisoformat(row["taken_at"])).total_seconds() / 3600
        proven = f"proven {row['verified_at']}" if row["verified_at"] else "not proven yet"
        say(
            f"repository {row['repository']}  {row['name']:33}  {row['kind']:4}  {row['bytes'] >> 10:>9} KiB"
            f"  {hours:7.1f} h old  {proven}"
        )
    for place in places:
        say(f"repository {place.number} reaches up to segment {place.newest_wal or 'nothing'}")


if __name__ == "__main__":
    sys.exit(main())
