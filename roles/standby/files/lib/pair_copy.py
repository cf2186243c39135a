"""Have the leader's data: go on from what is here, or copy it; what only this machine has is never deleted."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from pair_machine import BECOME, Machine, StandbyError, as_postgres, say, size

KEPT_PORT = 5499


def goes_on_from_here(machine: Machine, leader: list[str]) -> bool:
    """Say whether all that is here is also there, so that nothing need be copied."""
    if not machine.fenced.exists() or machine.is_standby() or machine.system() != leader[0]:
        return False
    if machine.controls()["Database cluster state"] != "shut down":
        return False
    left_at = left_the_history(machine, leader[1])
    # Not only commits: any record behind the fork would be another history.
    return left_at is not None and place(machine.controls()["Latest checkpoint location"]) < place(left_at)


def left_the_history(machine: Machine, timeline: str) -> str | None:
    """Where the leader's history leaves the one of this machine."""
    if timeline == "1":
        return None
    _, _, told = machine.ask_peer(f"TIMELINE_HISTORY {timeline}").partition("|")
    mine = str(int(machine.controls()["Latest checkpoint's TimeLineID"]))
    for line in told.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == mine:
            return words[1]
    return None


def place(lsn: str) -> int:
    """A place in the log as a number."""
    high, _, low = lsn.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def written(machine: Machine, since: str) -> int:
    """How many transactions were committed here after that place; only this machine has them."""
    mine = str(int(machine.controls()["Latest checkpoint's TimeLineID"]))
    dump = [str(machine.programs / "pg_waldump"), "-p", str(machine.data / "pg_wal"), "-t", mine, "-s", since]
    # It ends with an error where the log ends, which is what we want to know of.
    done = subprocess.run(
        [*BECOME, *dump, "-r", "Transaction"],
        cwd="/", capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    return sum("COMMIT" in line for line in done.stdout.splitlines())


def seed(machine: Machine) -> None:
    """Copy the leader's data; what only this machine has is put aside, never deleted."""
    fresh, lost = machine.data.with_name("main.copying"), lost_here(machine)
    if lost != 0 and machine.data.exists() and machine.fenced.exists():
        aside = machine.data.with_name(f"fenced-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}")  # noqa: TID251 - not part of the collector
        room = shutil.disk_usage(machine.data).free
        if room < size(machine.data) * 5 // 4:
            raise StandbyError(
                f"{room >> 20} MiB free: not enough beside the data that only this machine has. "
                f"Save {machine.data} first"
            )
        machine.data.rename(aside)
        say(f"{lost} transaction(s) are on this machine alone: kept in {aside}")
    shutil.rmtree(fresh, ignore_errors=True)
    copy = [str(machine.programs / "pg_basebackup"), "-w", "-D", str(fresh), "-X", "stream", "-c", "fast"]
    as_postgres(*copy, "-S", machine.slot, "-d", machine.peer, limit_s=6 * 3600)
    shutil.rmtree(machine.data, ignore_errors=True)
    fresh.rename(machine.data)
    say(f"copied {size(machine.data) >> 20} MiB")


def lost_here(machine: Machine) -> int | str:
    """How many transactions this machine alone has; a word where nobody can know."""
    if not (machine.data / "PG_VERSION").exists() or machine.is_standby():
        return 0
    leader = machine.ask_peer("IDENTIFY_SYSTEM").split("|")
    left_at = left_the_history(machine, leader[1]) if machine.system() == leader[0] else None
    return "unknown" if left_at is None else written(machine, left_at)


def open_kept(machine: Machine, folder: Path) -> None:
    """Start what was put aside beside the other one: reached from this machine alone, and archived nowhere."""
    if not (folder / "PG_VERSION").exists() or folder.resolve() == machine.data.resolve():
        raise StandbyError(f"{folder} is not a database that was put aside: ls {machine.data.parent}")
    options = {
        "config_file": f"/etc/postgresql/{machine.data.parent.name}/main/postgresql.conf",
        "data_directory": folder,
        "external_pid_file": "",
        "port": KEPT_PORT,
        "listen_addresses": "",
        "logging_collector": "off",
        "archive_mode": "off",
        "ssl": "off",
        "synchronous_standby_names": "",
    }
    words = " ".join(f"-c {name}={value}" for name, value in options.items())
    forget_who_ran(folder)
    as_postgres(
        str(machine.programs / "pg_ctl"), "-D", str(folder), "-w", "-l", "/dev/null", "-o", words, "start"
    )
    say(f"sudo -u postgres psql -p {KEPT_PORT} darkpool")


def forget_who_ran(folder: Path) -> None:
    """Of a server that was killed its number is left; another has it by now, and PostgreSQL would not start."""
    left = folder / "postmaster.pid"
    if left.exists():
        at_work = Path("/proc", left.read_text().split("\n", 1)[0].strip(), "cwd")
        if not at_work.exists() or at_work.resolve() != folder.resolve():
            left.unlink()


def close_kept(machine: Machine, folder: Path) -> None:
    """Stop it again."""
    as_postgres(str(machine.programs / "pg_ctl"), "-D", str(folder), "-w", "stop")
