"""What pgBackRest knows and keeps, and the notes of ours that lie beside its backups, encrypted as they are."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import IO, TYPE_CHECKING, Any

from backup_set import BackupError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from physical_settings import Settings

NOTES = "note"
DOES_NOT_ANSWER = 99
KEY = "PGBACKREST_CIPHER_PASS"
TRIES, PAUSE_S = 30, 2
# Storage that answers nothing is asked some nine times, each for so long; with the default of 60 s a look would take as
# long as two intervals, and its alarm would be that it was too slow.
HASTY, HASTY_S = "--io-timeout=15", 240


@dataclass(frozen=True)
class Backup:
    """One physical backup."""

    repository: int
    label: str
    taken_at: datetime
    kind: str
    size: int
    database: int


@dataclass(frozen=True)
class Repository:
    """One place with backups and WAL; `newest_wal` of the cluster that was backed up last."""

    number: int
    problem: str
    backups: tuple[Backup, ...]
    newest_wal: str
    answers: bool


def called(
    words: Sequence[str],
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: IO[bytes] | int = subprocess.PIPE,
    told: Mapping[str, str] | None = None,
    patience_s: int | None = None,
) -> str:
    """Run a program as postgres and give what it printed; its complaint becomes the error."""
    rights: dict[str, Any] = (
        {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    )
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **(told or {})}
    try:
        done = subprocess.run(
            words, stdin=stdin, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True, errors="replace",
            cwd="/", check=False, timeout=patience_s, **rights,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BackupError(f"{' '.join(words[:4])} did not end within {patience_s} s") from error
    if done.returncode:
        said = (done.stderr.strip() or (done.stdout or "").strip())[-2000:]
        raise BackupError(f"{' '.join(words[:4])} failed ({done.returncode}): {said}")
    return (done.stdout or "").strip()


def pgbackrest(settings: Settings, *words: str, **more: Any) -> str:  # noqa: ANN401 -- handed on as it is
    """Call pgBackRest about our stanza."""
    return called([*program(settings), f"--stanza={settings.stanza}", *words], **more)


def program(settings: Settings) -> list[str]:
    """PgBackRest with its configuration."""
    return ["pgbackrest", f"--config={settings.configuration}"]


def made(settings: Settings, word: str = "stanza-create") -> None:
    """Make what a repository needs; PostgreSQL, which tries to archive meanwhile, holds the same lock at times."""
    left = TRIES
    while not made_at_once(settings, word, last=left == 0):
        left -= 1
        time.sleep(PAUSE_S)


def made_at_once(settings: Settings, word: str, *, last: bool) -> bool:
    """Whether it was made; not, while the archiver is at it."""
    try:
        pgbackrest(settings, word)
    except BackupError as error:
        if last or "unable to acquire lock" not in str(error):
            raise
        return False
    return True


def stranger(settings: Settings) -> bool:
    """Whether the repositories expect another cluster: after a move to another major, or a promotion."""
    said = json.loads(pgbackrest(settings, "info", "--output=json"))
    databases = [one for one in (said[0].get("db", []) if said else []) if one["repo-key"] == 1]
    system = called([*settings.psql, "-XAtc", "select system_identifier from pg_control_system()"])
    return bool(databases) and str(max(databases, key=lambda one: one["id"])["system-id"]) != system


def known(settings: Settings, *, hasty: bool = False) -> list[Repository]:
    """Each repository that is configured, with what is in it; in haste, one that answers nothing is soon given up."""
    more: dict[str, Any] = {"patience_s": HASTY_S} if hasty else {}
    said = json.loads(pgbackrest(settings, *([HASTY] if hasty else []), "info", "--output=json", **more))
    stanza = said[0] if said else {"repo": [], "backup": [], "archive": []}
    return [repository(number, stanza) for number in settings.repositories]


def repository(number: int, stanza: Mapping[str, Any]) -> Repository:
    """One repository out of pgBackRest's answer."""
    states = [one["status"] for one in stanza["repo"] if one["key"] == number]
    problem = "" if states and states[0]["code"] == 0 else states[0]["message"] if states else "not there"
    mine = [one for one in stanza["backup"] if one["database"]["repo-key"] == number]
    backups = sorted(
        (backup(number, one) for one in mine if not one.get("error")), key=lambda one: one.taken_at
    )
    archives = [one for one in stanza["archive"] if one["database"]["repo-key"] == number and one["max"]]
    latest = max(archives, key=lambda one: one["database"]["id"], default={"max": ""})
    answers = all(state["code"] != DOES_NOT_ANSWER for state in states)
    return Repository(number, problem, tuple(backups), latest["max"], answers)


def backup(number: int, said: Mapping[str, Any]) -> Backup:
    """One backup out of pgBackRest's answer."""
    return Backup(
        number, said["label"], datetime.fromtimestamp(said["timestamp"]["stop"], timezone.utc),
        said["type"], said["info"]["repository"]["delta"], said["database"]["id"],
    )  # fmt: skip


def named(repositories: Sequence[Repository], label: str) -> Backup:
    """The backup of that name; of no name, the newest of the last repository, which is off-site where there is one."""
    for place in reversed(repositories):
        for one in reversed(place.backups):
            if label in ("", one.label):
                return one
    wrong = "; ".join(one.problem for one in repositories if one.problem)
    if wrong:
        raise BackupError(f"the repository cannot be read: {wrong}")
    raise BackupError(
        f"there is no backup {label or 'at all'}: `darkpool-pgbackrest list` shows what there is,"
        " `systemctl start darkpool-pgbackrest` makes one"
    )


def put(settings: Settings, number: int, name: str, file: IO[bytes]) -> None:
    """Lay a file beside the backups; its key travels in the environment, which others cannot read."""
    key = {KEY: settings.passphrase(number)}
    called([*program(settings), f"--repo={number}", "repo-put", f"{NOTES}/{name}"], stdin=file, told=key)


def get(settings: Settings, number: int, name: str) -> str:
    """Read such a file; an error where it is not there or the key is another."""
    key = {KEY: settings.passphrase(number)}
    return called([*program(settings), f"--repo={number}", "repo-get", f"{NOTES}/{name}"], told=key)


def get_into(settings: Settings, number: int, name: str, file: IO[bytes]) -> None:
    """The same for a file of any size and kind."""
    key = {KEY: settings.passphrase(number)}
    words = [*program(settings), f"--repo={number}", "repo-get", f"{NOTES}/{name}"]
    called(words, told=key, stdout=file)


def listed(settings: Settings, number: int, path: str) -> str:
    """Everything below a path, as JSON."""
    words = [*program(settings), f"--repo={number}", "--output=json", "repo-ls", "--recurse", path]
    return called(words) or "{}"


def names(settings: Settings, number: int) -> list[str]:
    """The names of such files."""
    return sorted(sizes(settings, number))


def sizes(settings: Settings, number: int) -> dict[str, int]:
    """How long each of them is there, encrypted."""
    said = json.loads(
        called([*program(settings), f"--repo={number}", "--output=json", "repo-ls", NOTES]) or "{}"
    )
    return {name: one["size"] for name, one in said.items() if one["type"] == "file"}


def remove(settings: Settings, number: int, name: str) -> None:
    """Forget such a file."""
    called([*program(settings), f"--repo={number}", "repo-rm", f"{NOTES}/{name}"])
