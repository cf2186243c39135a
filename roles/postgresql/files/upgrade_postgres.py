#!/usr/bin/env python3
"""Move the cluster `main` to a newer major; the old one is kept beside it, stopped and named. Or go back to that one.

Refuses everything at once, with the fix, before anything is touched. What fails later is undone.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

DATABASE = "darkpool"
STREAM = "collector-stream.service"
OLDEST_BACKUP_H = 26
SPARE_BYTES = 256 << 20
TURN_S = 900
TABLES = """
select format('select %L, count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from %s t;', name, name)
from (select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('trading', 'ops', 'derived') and c.relkind in ('r', 'm')) found order by 1
"""
# The new cluster has the packages' settings until the role has written ours; a time is to be spelled the same in both.
SPELLING = "set timezone = 'UTC'; set datestyle = 'iso, ymd'; set extra_float_digits = 1;"
OTHERS = """
select string_agg(distinct usename, ', ') from pg_stat_activity
where backend_type = 'client backend' and usename not in ('postgres', 'collector')
"""
LOSS = (
    "%s prints were stored since the upgrade, and other feeds' rows; they stay in %s/undone only. What the vendor still"
    " serves is fetched again (make status shows the holes). If that is what you want: BACK=1 CONFIRM=yes"
)


class Refused(Exception):
    """Why not, and what to do."""


@dataclass(frozen=True)
class Cluster:
    """A line of pg_lsclusters."""

    major: str
    name: str
    port: str
    status: str
    owner: str
    data: str

    @property
    def unit(self) -> str:
        """Its service."""
        return f"postgresql@{self.major}-{self.name}.service"

    @property
    def settings(self) -> Path:
        """Where its settings are; there is a cluster where this is."""
        return Path("/etc/postgresql", self.major, self.name)


def main() -> int:
    """Upgrade, or go back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", help="the major to move to")
    parser.add_argument("--back", action="store_true", help="return to the cluster that was kept")
    parser.add_argument("--sure", action="store_true", help="give up what was stored since the upgrade")
    parser.add_argument("--method", choices=["upgrade", "dump"], default="upgrade")
    parser.add_argument("--turn", type=Path, required=True, help="the folder that jobs lock while they run")
    parser.add_argument("--backups", type=Path, required=True)
    given = parser.parse_args()
    # Where the laptop dies, its session is hung up with all that belongs to it.
    with contextlib.suppress(PermissionError):
        os.setsid()
    os.chdir("/")
    try:
        go_back(given) if given.back else upgrade(given)
    except (Refused, subprocess.SubprocessError, OSError) as error:
        say(f"\nNOT {'GONE BACK' if given.back else 'UPGRADED'}: {error}")
        return 1
    return 0


def upgrade(given: argparse.Namespace) -> None:
    """Check, stop the jobs, copy into a new cluster, compare, keep the old one under its name."""
    old = running()
    if old.major == given.to:
        say(f"PostgreSQL {old.major} runs already")
        return
    if problems := in_the_way(old, given):
        raise Refused("\n".join(["nothing was touched.", *(f"  - {problem}" for problem in problems)]))
    new, kept = Cluster(given.to, old.name, old.port, "", old.owner, ""), f"before{given.to}"
    with between_jobs(given.turn):
        before = contents(old)
        say(f"{len(before)} tables in PostgreSQL {old.major}; copying into {given.to}, the collector waits")
        try:
            move(old, new, given.method)
            compare(before, contents(new))
        except BaseException:
            undo(old, new)
            raise
        rename(old.major, old.name, kept)
    say(
        f"PostgreSQL {given.to} runs: {len(before)} tables, row for row the same; {old.major}/{kept} is kept, stopped."
    )
    say(
        f"Back: make upgrade-postgres BACK=1. Once you are sure, there: sudo pg_dropcluster {old.major} {kept}"
    )


def move(old: Cluster, new: Cluster, method: str) -> None:
    """A copy of all, which then runs at the old one's port; what the planner knows is not copied."""
    run("pg_upgradecluster", f"--method={method}", f"--version={new.major}", old.major, old.name)
    run("systemctl", "disable", "--quiet", old.unit)
    run("systemctl", "enable", "--quiet", new.unit)
    run("runuser", "-u", new.owner, "--", "vacuumdb", "--all", "--analyze-only", "--quiet", "-p", new.port)


def compare(before: list[str], after: list[str]) -> None:
    """Tables, numbers and contents are the same."""
    if differ := sorted(set(after) ^ set(before)):
        raise Refused(f"the new cluster differs: {differ[:5]}")


def in_the_way(old: Cluster, given: argparse.Namespace) -> list[str]:
    """All that speaks against it, each with its fix."""
    to, beside = given.to, Path("/etc/postgresql", given.to, old.name)
    size = sum(path.lstat().st_size for path in Path(old.data).rglob("*"))
    free = shutil.disk_usage(old.data).free
    program = Path("/usr/lib/postgresql", to, "bin/initdb")
    others, slots = ask(old, OTHERS), ask(old, "select string_agg(slot_name, ', ') from pg_replication_slots")
    problems = (
        (
            int(to) <= int(old.major),
            f"PostgreSQL {to} is not newer than {old.major}: name a newer one, TO=17",
        ),
        (not program.exists(), f"PostgreSQL {to} is not installed: postgresql_source: pgdg brings it"),
        (
            beside.exists(),
            f"a cluster {beside} is there already: if nobody needs it, pg_dropcluster {to} {old.name}",
        ),
        (
            free < size * 1.1 + SPARE_BYTES,
            f"a copy takes {size >> 20} MiB, {free >> 20} are free: see disk-full.md",
        ),
        (
            backup_age_h(given.backups) > OLDEST_BACKUP_H,
            "no backup of the last day: systemctl start darkpool-backup",
        ),
        (others, f"connected are {others}: close notebooks and psql"),
        (
            slots,
            f"replication slots exist ({slots}): a standby is made anew after it, so drop its slot first",
        ),
        (ask(old, "show data_checksums") != "on", "data checksums are off: stop it, pg_checksums --enable"),
        (
            ask(old, "select count(*) from pg_prepared_xacts") != "0",
            "prepared transactions are open: end them",
        ),
    )
    return [problem for is_so, problem in problems if is_so]


def backup_age_h(folder: Path) -> float:
    """Of the newest that is whole; very old where there is none."""
    whole = [
        path.stat().st_mtime for path in folder.glob("*") if path.is_dir() and "partial" not in path.name
    ]
    now = datetime.now(timezone.utc).timestamp()  # noqa: TID251 -- not part of the collector
    return (now - max(whole, default=0)) / 3600


def go_back(given: argparse.Namespace) -> None:
    """Stop the new cluster, keep it as `undone`, and run the one that was kept."""
    new = running()
    kept = next((one for one in clusters() if one.name == f"before{new.major}"), None)
    if kept is None:
        raise Refused(f"no cluster was kept from before {new.major}")
    if Path("/etc/postgresql", new.major, "undone/postgresql.conf").exists():
        raise Refused(
            f"{new.major}/undone is there from another time: sudo pg_dropcluster {new.major} undone"
        )
    with between_jobs(given.turn):
        since = (kept.settings / "start.conf").stat().st_mtime
        newer = f"created_at > to_timestamp({since:.0f})"
        lost = ask(new, f"select count(*) from trading.darkpool_trades where {newer}")  # noqa: S608 -- a file's time
        if lost != "0" and not given.sure:
            raise Refused(LOSS % (lost, new.major))
        run("pg_ctlcluster", new.major, new.name, "stop")
        run("systemctl", "disable", "--quiet", new.unit)
        rename(new.major, new.name, "undone")
        Path("/etc/postgresql", new.major, "undone/start.conf").write_text("manual\n", encoding="utf-8")
        start_again(Cluster(kept.major, new.name, new.port, "", kept.owner, ""), kept.name)
    say(
        f"PostgreSQL {kept.major} runs again; {lost} prints since the upgrade are in {new.major}/undone, stopped"
    )


def undo(old: Cluster, new: Cluster) -> None:
    """The new cluster is no use: the old one runs again, as before."""
    say(f"undoing: PostgreSQL {old.major} comes back")
    if new.settings.exists():
        run("pg_dropcluster", "--stop", new.major, new.name)
    start_again(old, old.name)


def rename(major: str, name: str, to: str) -> None:
    """A cluster gets another name, also where pg_dropcluster left our settings of one that had it."""
    left = Path("/etc/postgresql", major, to)
    if left.exists() and not (left / "postgresql.conf").exists():
        shutil.rmtree(left)
    run("pg_renamecluster", major, name, to)


def start_again(wanted: Cluster, name: str) -> None:
    """A cluster that was stopped, under the name and at the port that clients know."""
    if name != wanted.name:
        rename(wanted.major, name, wanted.name)
    (wanted.settings / "start.conf").write_text("auto\n", encoding="utf-8")
    run("pg_conftool", wanted.major, wanted.name, "set", "port", wanted.port)
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", "--quiet", wanted.unit)
    run("systemctl", "start", wanted.unit)


def clusters() -> list[Cluster]:
    """All there are."""
    return [Cluster(*line.split()[:6]) for line in run("pg_lsclusters", "--no-header").splitlines()]


def running() -> Cluster:
    """The one that serves."""
    found = [one for one in clusters() if one.name == "main" and one.status.startswith("online")]
    if len(found) != 1:
        raise Refused(f"{len(found)} clusters named main run; there must be one: pg_lsclusters")
    return found[0]


def contents(cluster: Cluster) -> list[str]:
    """Each table with its rows' number and a sum over their contents."""
    return ask(cluster, SPELLING + ask(cluster, TABLES)).splitlines()


def ask(cluster: Cluster, statement: str) -> str:
    """What the database says, as its superuser."""
    psql = ("psql", "-XAtq", "-p", cluster.port, "-v", "ON_ERROR_STOP=1", "-d", DATABASE)
    return run("runuser", "-u", cluster.owner, "--", *psql, feed=statement).strip()


@contextlib.contextmanager
def between_jobs(turn: Path):  # noqa: ANN201 - a generator's type would need an import from typing for nothing
    """No job of ours runs, and none starts; the stream is stopped meanwhile."""
    folder = os.open(turn, os.O_RDONLY)
    wait_for(folder)
    streamed = subprocess.run(["systemctl", "is-active", "--quiet", STREAM], check=False).returncode == 0
    try:
        if streamed:
            run("systemctl", "stop", STREAM)
        yield
    finally:
        if streamed:
            run("systemctl", "start", "--no-block", STREAM)
        os.close(folder)


def wait_for(folder: int) -> None:
    """Until the last job that holds the folder has ended, and it is ours."""
    until = time.monotonic() + TURN_S
    while True:
        with contextlib.suppress(BlockingIOError):
            return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.monotonic() > until:
            raise Refused(f"a job runs for {TURN_S} s: systemctl list-units 'darkpool-*' 'collector*'")
        time.sleep(1)


def run(*words: str, feed: str | None = None) -> str:
    """What a command says; its error is ours."""
    done = subprocess.run(words, input=feed, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(words[:4])} failed:\n{(done.stdout + done.stderr).strip()[-2000:]}")
    return done.stdout


def say(line: str) -> None:
    """To whoever started it; where nobody listens any more, it goes on."""
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
