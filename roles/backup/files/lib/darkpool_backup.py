#!/usr/bin/env python3
"""Back up the darkpool database, and prove that a backup restores.

One backup is one directory: darkpool.dump, globals.sql (roles without passwords), manifest.json (what each
table holds in the dump's own snapshot) and SHA256SUMS. It is written under a name that ends in .partial, read to
its end, put on the disk, and only then renamed.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import re
import shutil
import sys
from datetime import datetime, timezone
from pathlib import Path

import backup_set
import drill_history
import dump_drill
import dump_restore
import dump_watch
import filled
import rotation
import table_facts
from backup_set import BackupError, Settings, one_at_a_time, output, turn

SETTINGS_FILE = Path("/etc/default/darkpool-backup")
DUMPER = "darkpool_backup"
SCRATCH = "darkpool_verify"
FIRST_WITH_ZSTD = 16
EXIT_CODES = (
    "exit codes: 0 done, or another backup is at work; 1 failed, or the backup is damaged; 2 wrong usage"
)


def main() -> int:
    """Turn the words of the command line into calls."""
    arguments = parser().parse_args()
    try:
        settings = backup_set.read_settings(arguments.settings)
        if arguments.word == "run":
            run(settings)
        elif arguments.word == "list":
            show(settings)
        elif arguments.word == "age":
            look(arguments.settings, settings)
        elif arguments.word == "drill":
            say(dump_drill.alone(settings))
        elif arguments.word == "restore":
            bring_back(settings, arguments)
        else:
            prove(arguments.directory or backup_set.newest(settings.directory), settings, arguments.word)
    except (BackupError, OSError, ValueError, LookupError) as error:
        sys.stderr.write(f"darkpool-backup: {error}\n")
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    look = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        "darkpool-backup", description=__doc__, epilog=EXIT_CODES, formatter_class=look
    )
    top.add_argument(
        "--settings", type=Path, default=SETTINGS_FILE, help="settings file (default: %(default)s)"
    )
    words = top.add_subparsers(dest="word", required=True)
    words.add_parser("run", help="make a backup now, check it, remove those that are too old")
    words.add_parser("list", help="show what there is, newest last")
    words.add_parser(
        "age", help="fail when the newest backup, or the last restore that was proven, is too old"
    )
    words.add_parser("drill", help="verify the newest, measure, and note it; not while the market is open")
    for name, text in (
        ("check", "checksums and a full decode; needs no database"),
        ("verify", "check, restore into a scratch database, compare what each table holds (as root)"),
    ):
        word = words.add_parser(name, help=text, description=text)
        word.add_argument("directory", nargs="?", type=Path, help="one backup (default: the newest)")
    back = words.add_parser("restore", help="bring a dump back as the live database, or a new one (as root)")
    back.add_argument("--from", dest="name", default="", help="one dump by its name (default: the newest)")
    back.add_argument("--into", default="", help="a new database; nothing is replaced")
    back.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")
    back.add_argument("--accept-loss", action="store_true", help="also if acknowledged rows are missing")
    return top


def say(message: str) -> None:
    """One line for the journal or the terminal, at once."""
    sys.stdout.write(message + "\n")
    sys.stdout.flush()


def now() -> datetime:
    """Tell the time."""
    return datetime.now(timezone.utc)  # noqa: TID251 - a program of its own, outside the collector's rooms


def run(settings: Settings) -> None:
    """Make one backup; what others can see is complete."""
    become_pgbackup()
    with one_at_a_time(settings.directory) as alone:
        if not alone:
            say("another backup is at work; this one leaves")
            return
        for half in settings.directory.glob(f"*{backup_set.PARTIAL}"):
            shutil.rmtree(half)
        refuse_without_room(settings)
        final = settings.directory / now().strftime(backup_set.STAMP)
        if final.exists():
            say(f"{final.name} was made this very second; that will do")
            return
        partial = final.with_name(final.name + backup_set.PARTIAL)
        try:
            with turn():
                fill(partial, settings)
            partial.rename(final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        backup_set.sync(settings.directory)
        say(
            f"{final.name}: {backup_set.size(final) >> 10} KiB, {table_facts.total(backup_set.noted(final))} rows"
        )
        rotate(settings, keep=final)


def become_pgbackup() -> None:
    """By hand, as root: go on as the account that may read the database and nothing else."""
    if os.geteuid() == 0:
        account = pwd.getpwnam("pgbackup")
        os.initgroups(account.pw_name, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)


def refuse_without_room(settings: Settings) -> None:
    """A full disk would stop PostgreSQL too, so ask before writing."""
    known = backup_set.backups(settings.directory)
    expected = backup_set.size(known[-1]) * 3 // 2 if known else database_size(settings)
    free = shutil.disk_usage(settings.directory).free
    if free < expected + settings.min_free:
        raise BackupError(
            f"{free >> 20} MiB free in {settings.directory}, {(expected + settings.min_free) >> 20} wanted: "
            "free some, lower backup_keep_days, or add a volume"
        )


def database_size(settings: Settings) -> int:
    """Bytes of the live database: a dump is smaller."""
    query = "select pg_database_size(current_database())"
    return int(output(["psql", "-XAt", "-U", DUMPER, "-d", settings.database, "-c", query]))


def fill(partial: Path, settings: Settings) -> None:
    """Write dump, globals, manifest and sums, and put them on the disk."""
    partial.mkdir(mode=0o750)
    dump, started = partial / backup_set.DUMP, now()
    login = ["-U", DUMPER]
    made_by = output(["pg_dump", "--version"])
    with table_facts.snapshot(["psql", *login, "-d", settings.database]) as session:
        facts = session.facts()
        wanted = [
            "--format=custom",
            f"--snapshot={session.name}",
            "--lock-wait-timeout=60s",
            f"--file={dump}",
        ]
        output(["pg_dump", *login, "-d", settings.database, compression(made_by), *wanted])
    backup_set.decode(dump)
    roles = ["--globals-only", "--no-role-passwords", f"--file={partial / backup_set.GLOBALS}"]
    output(["pg_dumpall", *login, "-l", settings.database, *roles])
    manifest = {
        "database": settings.database,
        "started_at": started.isoformat(timespec="seconds"),
        "made_by": made_by,
        "bytes": database_size(settings),
        "tables": facts,
    }
    (partial / backup_set.MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    backup_set.write_sums(partial)
    for path in partial.iterdir():
        # The group reads: the drill restores them as another account.
        path.chmod(0o640)
        backup_set.sync(path)
    partial.chmod(0o750)
    backup_set.sync(partial)


def compression(made_by: str) -> str:
    """No larger than gzip's usual level in less than half the time, where this pg_dump can: from 16 on."""
    major = re.search(r"\(PostgreSQL\) (\d+)", made_by)
    return "--compress=zstd:1" if major and int(major[1]) >= FIRST_WITH_ZSTD else "--compress=6"


def rotate(settings: Settings, keep: Path) -> None:
    """Remove what no rule spares, only now that a newer good one is there."""
    taken = {backup: backup_set.taken_at(backup) for backup in backup_set.backups(settings.directory)}
    rules = {"days": settings.keep_days, "weeks": settings.keep_weeks, "months": settings.keep_months}
    for backup in taken.keys() - rotation.spared(taken, now(), **rules) - {keep}:
        shutil.rmtree(backup)
        say(f"{backup.name}: neither daily, weekly nor monthly any more, removed")


def look(settings_file: Path, settings: Settings) -> None:
    """Be the alarm."""
    # Settings that were written just now have had no night yet.
    since = datetime.fromtimestamp(settings_file.stat().st_mtime, timezone.utc)
    found = dump_watch.problems(settings, now(), since)
    if found:
        raise BackupError("\n".join(found))
    known = backup_set.backups(settings.directory)
    say(f"{known[-1].name if known else 'no backup yet'}: at most {settings.alarm_after_h} h old")


def show(settings: Settings) -> None:
    """Print a line a backup; none at all is an error."""
    backup_set.newest(settings.directory)
    taken = {backup: backup_set.taken_at(backup) for backup in backup_set.backups(settings.directory)}
    rules = {"days": settings.keep_days, "weeks": settings.keep_weeks, "months": settings.keep_months}
    why = rotation.spared(taken, now(), **rules)
    drills = drill_history.lines(settings.drill_directory)
    good = {
        line["backup"]: f", proven {line['at'][:16].replace('T', ' ')} UTC"
        for line in drills
        if line.get("ok")
    }
    for backup, moment in taken.items():
        hours = (now() - moment).total_seconds() / 3600
        count = table_facts.total(backup_set.noted(backup))
        say(
            f"{backup}  {backup_set.size(backup) >> 10:>8} KiB  {count:>12} rows  {hours:7.1f} h old  "
            f"{why.get(backup, 'goes next')}{good.get(backup.name, '')}"
        )
    if drills and drills[-1].get("backup", "").startswith("darkpool-"):
        at = drills[-1]["at"][:16].replace("T", " ")
        say(f"last drill {at} UTC: {dump_drill.told(drills[-1])}")


def prove(backup: Path, settings: Settings, word: str) -> None:
    """Check a backup; for `verify` restore it too."""
    backup_set.check(backup)
    if word == "check":
        say(f"{backup.name}: unchanged, and readable to its end")
        return
    if os.geteuid() != 0:
        raise BackupError("verify makes a scratch database as postgres: sudo darkpool-backup verify")
    with one_at_a_time(settings.directory) as alone:
        if not alone:
            raise BackupError("another backup or verify is at work: try again in a few minutes")
        with turn():
            compare(backup, restored(backup, settings))


def restored(backup: Path, settings: Settings) -> dict[str, table_facts.Facts]:
    """Restore into an empty database, look, and drop it."""
    try:
        filled.fill(backup, SCRATCH)
        return dump_drill.held(settings, backup, SCRATCH)[0]
    finally:
        filled.drop(SCRATCH)


def bring_back(settings: Settings, given: argparse.Namespace) -> None:
    """One restore at a time, and no backup beside it."""
    if os.geteuid() != 0:
        raise BackupError("a restore replaces the database, as postgres: sudo darkpool-backup restore")
    wanted = dump_restore.Wanted(given.name, given.into, given.accept_loss)
    if given.dry_run:
        dump_restore.plan(settings, wanted)
        say("nothing was changed")
        return
    with one_at_a_time(settings.directory) as alone:
        if not alone:
            raise BackupError("a backup, a verify or another restore is at work: try again in a few minutes")
        dump_restore.run(settings, wanted)


def compare(backup: Path, found: dict[str, table_facts.Facts]) -> None:
    """Each table must hold what was noted, and no table may be missing or new."""
    noted = backup_set.noted(backup)
    wrong = table_facts.differences(noted, found)
    if wrong:
        raise BackupError(f"{backup.name} does not restore to what was noted: {'; '.join(wrong)}")
    say(f"{backup.name} restores: {len(noted)} tables, {table_facts.total(noted)} rows, each as noted")


if __name__ == "__main__":
    sys.exit(main())
