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

import drill
import history
import notes
import repository
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
    "drill": "restore into a cluster of its own, compare, measure, note it, remove it",
}


def main() -> int:
    """Turn the words of the command line into calls."""
    given = parser().parse_args()
    try:
        settings = read_settings(given.settings)
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
    except (BackupError, OSError) as error:
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
    return top


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
    ready = all(not place.problem for place in repository.known(settings))
    if not ready:
        repository.pgbackrest(settings, "stanza-create")
    if not all(notes.beside(settings, place) for place in repository.known(settings)):
        run(settings)
        say("prepared")


def run(settings: Settings) -> None:
    """One backup into each repository, and one note for them."""
    with one_at_a_time(settings.drill_directory) as alone:
        if not alone:
            say("another backup is at work; this one leaves")
            return
        with turn():
            for place in repository.known(settings):
                kind = due(settings, place)
                repository.pgbackrest(settings, f"--repo={place.number}", f"--type={kind}", "backup")
            note = notes.taken(settings)
            for place in repository.known(settings):
                newest = place.backups[-1]
                notes.keep(settings, note, newest)
                notes.tidy(settings, place)
                say(
                    f"repository {place.number}: {newest.label}, {newest.size >> 10} KiB, noted at {note['point']}"
                )


def due(settings: Settings, place: repository.Repository) -> str:
    """A full one when there is none of the last days: a night that was missed is made good the next."""
    full = [one for one in place.backups if one.kind == "full"]
    fresh = full and full[-1].taken_at > now() - timedelta(days=settings.full_every_days, hours=-6)
    return "incr" if fresh else "full"


def look(settings: Settings) -> None:
    """Be the alarm."""
    found = watch.problems(settings, now())
    if found:
        raise BackupError("; ".join(found))
    say("archive, backups and drill: all as they should be")


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
    places, drills = repository.known(settings), history.lines(settings)
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
