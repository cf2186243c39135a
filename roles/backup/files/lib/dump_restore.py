"""Bring a dump back as the live database, or as a new one beside it: proven before anything is replaced.

It is filled under a name of its own, compared with what was noted and with what was acknowledged, and takes its
place by renames in one transaction. What was there before stays aside. Interrupted, the same call begins anew.
"""

from __future__ import annotations

import re
import shutil
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import backup_set
import filled
import owed
import table_facts
from backup_set import BackupError, turn
from stillness import nobody_collects

if TYPE_CHECKING:
    from backup_set import Settings

RESTORING = "darkpool_restoring"
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# A dump is compressed and has no indexes; of those that an older release made nothing else is known.
LARGER_THAN_A_DUMP = 8
THERE = "select count(*) from pg_database where datname = :'name'"
FOLDER = "show data_directory"
MIGRATIONS = "select count(*) from ops.migrations"
# What may connect is said of a database, not in it: a dump brings none of it.
RIGHTS = r"""
select format('revoke all on database %I from public', :'new') \gexec
select format('grant %s on database %I to %I', a.privilege_type, :'new', r.rolname)
from pg_database d, aclexplode(d.datacl) a join pg_roles r on r.oid = a.grantee
where d.datname = :'live' and a.grantee <> d.datdba \gexec
"""
SWAP = r"""
select count(pg_terminate_backend(pid)) from pg_stat_activity
where datname in (:'live', :'new') and pid <> pg_backend_pid();
begin;
select format('alter database %I rename to %I', :'live', :'aside')
where exists (select from pg_database where datname = :'live') \gexec
alter database :"new" rename to :"live";
commit;
"""


@dataclass(frozen=True)
class Wanted:
    """One dump by its name or the newest; into a new database, or in place of the live one."""

    name: str = ""
    into: str = ""
    accept_loss: bool = False


def say(message: str) -> None:
    """One line, at once."""
    sys.stdout.write(message + "\n")
    sys.stdout.flush()


def now() -> datetime:
    """Tell the time."""
    return datetime.now(timezone.utc)  # noqa: TID251 - a program of its own, outside the collector's rooms


def chosen(settings: Settings, name: str) -> Path:
    """The dump of that name, of those that are here."""
    if not name:
        return backup_set.newest(settings.directory)
    for one in backup_set.backups(settings.directory):
        if one.name == name:
            return one
    raise BackupError(f"there is no dump {name} in {settings.directory}: `make backups` shows what there is")


def plan(settings: Settings, wanted: Wanted) -> Path:
    """Say what would be done, and refuse what cannot be."""
    backup = chosen(settings, wanted.name)
    if wanted.into and (not NAME.fullmatch(wanted.into) or there(wanted.into)):
        raise BackupError(
            f"INTO is '{wanted.into}': give a new database's name, in small letters, digits and _"
        )
    backup_set.check(backup)
    noted = backup_set.noted(backup)
    say(f"from      {backup.name}, {len(noted)} tables, {table_facts.total(noted)} rows, whole and unchanged")
    say(f"takes     about {needed(backup) >> 20} MiB beside what is there")
    if wanted.into:
        say(f"makes     the database {wanted.into}; nothing is replaced")
    else:
        say(f"replaces  the database {settings.database}, which is kept aside under another name")
        say(f"without   {since(settings, backup)}")
    refuse_without_room(settings, backup)
    return backup


def since(settings: Settings, backup: Path) -> str:
    """What was acknowledged later than the dump."""
    then = backup_set.began(backup)
    later = [line for line in owed.read(settings.acknowledged) if owed.moment(line, "at") > then]
    rows = sum(int(str(line["stored"])) for line in later)
    return f"{rows} rows in {len(later)} pages since then; the next pass fetches what the API still serves"


def there(database: str) -> bool:
    """Whether a database has that name."""
    return filled.ask("postgres", THERE, {"name": database}) == "1"


def needed(backup: Path) -> int:
    """Bytes of the database when it was dumped, and half as much for the log that is written."""
    known = backup_set.manifest(backup).get("bytes")
    return int(known or (backup / backup_set.DUMP).stat().st_size * LARGER_THAN_A_DUMP) * 3 // 2


def refuse_without_room(settings: Settings, backup: Path) -> None:
    """A full disk would stop the live database too."""
    folder = filled.ask("postgres", FOLDER)
    free, wanted = shutil.disk_usage(folder).free, needed(backup) + settings.min_free
    if free < wanted:
        raise BackupError(f"{free >> 20} MiB free in {folder}, {wanted >> 20} wanted: free some first")


def run(settings: Settings, wanted: Wanted) -> None:
    """All of it."""
    backup = plan(settings, wanted)
    with nullcontext() if wanted.into else nobody_collects(), turn():
        try:
            filled.fill(backup, RESTORING)
            lost = judge(settings, backup, accept_loss=wanted.accept_loss)
        except BackupError:
            filled.drop(RESTORING)
            raise
        take_its_place(settings, backup, wanted.into)
        if not wanted.into:
            owed.give_up(settings.acknowledged, owed.BEGINNING if lost else backup_set.began(backup), now())


def judge(settings: Settings, backup: Path, *, accept_loss: bool) -> bool:
    """Each table as it was noted, and all that was acknowledged before; whether some is not, and that was accepted."""
    found = table_facts.facts([*filled.AS_POSTGRES, "psql", "-d", RESTORING])
    wrong = table_facts.differences(backup_set.noted(backup), found)
    if wrong:
        raise BackupError(f"{backup.name} does not restore to what was noted: {owed.brief(wrong)}")
    pages, missing = acknowledged(settings, backup, RESTORING)
    if missing and not accept_loss:
        raise BackupError(
            f"acknowledged, and not in {backup.name}: {owed.brief(missing)}. Nothing was replaced;"
            " ACCEPT_LOSS=1 takes it as it is"
        )
    say(f"compared  {pages} acknowledged pages{': LOST ' + owed.brief(missing) if missing else ''}")
    say(f"proven    {len(found)} tables, {table_facts.total(found)} rows, each as noted")
    return bool(missing)


def acknowledged(settings: Settings, backup: Path, database: str) -> tuple[int, list[str]]:
    """How many pages had been acknowledged when the dump began, and what of them is not in the database."""
    lines = owed.until(owed.read(settings.acknowledged), backup_set.began(backup))
    return len(lines), owed.lost(lines, lambda query: filled.ask(database, query)) if lines else []


def take_its_place(settings: Settings, backup: Path, into: str) -> None:
    """Renames in one transaction: there is the one or the other."""
    live, aside = into or settings.database, f"{settings.database}_before_{now():%Y%m%dt%H%M%Sz}"
    had, behind = there(live), "" if into else behind_the_live(live)
    names = {"new": RESTORING, "live": live, "aside": aside}
    filled.ask("postgres", RIGHTS, {"new": RESTORING, "live": settings.database})
    filled.ask("postgres", SWAP, names)
    if into:
        say(f"made      the database {into}: sudo -u postgres psql {into}")
        return
    say(f"in place  {live} is {backup.name}")
    say(
        f"aside     {aside}: sudo -u postgres dropdb {aside}, when you are sure"
        if had
        else "aside     nothing"
    )
    say(
        behind or "next      make status"
        if had
        else "next      make deploy: who may connect is not in a dump"
    )


def behind_the_live(live: str) -> str:
    """A dump of an older release lacks what a release since then has changed in the schema."""
    if not there(live):
        return ""
    behind = int(filled.ask(live, MIGRATIONS)) - int(filled.ask(RESTORING, MIGRATIONS))
    return f"next      make release: the dump is {behind} migrations behind" if behind > 0 else ""
