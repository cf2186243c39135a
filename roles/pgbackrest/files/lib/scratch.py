"""A cluster of its own from a backup: beside the live one, on a socket in its own folder, for postgres only."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import repository
from backup_set import BackupError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from physical_settings import Settings

PORT = 5499
# Recovery refuses less of these than the cluster had that wrote the log.
AT_LEAST = {
    "max_connections": "max_connections setting",
    "max_worker_processes": "max_worker_processes setting",
    "max_wal_senders": "max_wal_senders setting",
    "max_prepared_transactions": "max_prepared_xacts setting",
    "max_locks_per_transaction": "max_locks_per_xact setting",
}
LOCALE_AND_MEMORY = {
    "listen_addresses": "", "port": str(PORT), "unix_socket_permissions": "0700", "shared_buffers": "16MB",
    "maintenance_work_mem": "16MB", "jit": "off", "timezone": "UTC", "hot_standby": "on", "autovacuum": "off",
    "logging_collector": "off", "max_parallel_workers_per_gather": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Scratch:
    """Where it lies: the data, and beside it the socket, the log and its own configuration."""

    settings: Settings
    data: Path
    beside: Path

    @property
    def psql(self) -> list[str]:
        """How to reach it."""
        command = ["psql", "-h", str(self.beside), "-p", str(PORT), "-d", self.settings.database]
        return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command

    def ask(self, query: str) -> str:
        """One answer."""
        return repository.called([*self.psql[-7:], "-XAtc", query])

    def ended(self) -> None:
        """Stop what runs there, also what an earlier run left, and remove all of it."""
        self.stop()
        # What restored for a call that was killed may still be at it.
        subprocess.run(["pkill", "-KILL", "-f", f"pg1-path={self.data}"], check=False)
        for _ in range(50):
            shutil.rmtree(self.data, ignore_errors=True)
            if not self.data.exists():
                break
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it if it runs."""
        if (self.data / "postmaster.pid").exists():
            with contextlib.suppress(BackupError):
                self.control("stop", "--mode=fast")

    def control(self, *words: str) -> None:
        """Call pg_ctl."""
        program = str(self.settings.bin_directory / "pg_ctl")
        repository.called([program, f"--pgdata={self.data}", "--wait", "--timeout=3600", *words])

    def start(self, more: Sequence[str] = ()) -> None:
        """Start it and wait until it answers; `more` are settings, as name=value."""
        wanted = {**LOCALE_AND_MEMORY, **self.least(), "unix_socket_directories": str(self.beside)}
        lines = [f"{name} = '{value}'\n" for name, value in wanted.items()]
        hba = write(self.beside / "pg_hba.conf", ["local all postgres peer\n"])
        ident = write(self.beside / "pg_ident.conf", [])
        files = [f"hba_file = '{hba}'\n", f"ident_file = '{ident}'\n", f"data_directory = '{self.data}'\n"]
        told = write(self.beside / "scratch.conf", [*lines, *files])
        options = " ".join([f"-c config_file={told}", *(f"-c {one}" for one in more)])
        log = self.beside / "scratch.log"
        log.unlink(missing_ok=True)
        try:
            self.control("start", f"--log={log}", "-o", options)
        except BackupError as error:
            raise BackupError(f"what was restored does not start: {tail(log)}") from error

    def least(self) -> dict[str, str]:
        """What recovery wants at least, as the control file has it."""
        program = str(self.settings.bin_directory / "pg_controldata")
        said = repository.called([program, str(self.data)])
        found = dict(re.findall(r"^(.+?):\s+(\S+)$", said, re.MULTILINE))
        return {name: found[line] for name, line in AT_LEAST.items()}

    def reached(self, what: str, query: str) -> None:
        """Wait until a query says t; an end of the server before that is an error with its last words."""
        deadline = time.monotonic() + 3600
        while time.monotonic() < deadline:
            with contextlib.suppress(BackupError):
                if self.ask(query) == "t":
                    return
            if not (self.data / "postmaster.pid").exists():
                break
            time.sleep(0.2)
        raise BackupError(f"{what} was not reached: {tail(self.beside / 'scratch.log')}")


def write(path: Path, lines: Sequence[str]) -> Path:
    """A file of the scratch cluster, which is postgres'."""
    path.write_text("".join(lines))
    path.chmod(0o640)
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")
    return path


def tail(log: Path) -> str:
    """What it complained of."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    told = [line for line in lines if re.search("FATAL|ERROR|PANIC|HINT", line)]
    return " | ".join(line.split("] ", 1)[-1] for line in told[-3:]) or "it left no word"


def needed(settings: Settings, backup: repository.Backup) -> int:
    """Bytes that a restored backup takes, with room for the log that is replayed."""
    said = repository.pgbackrest(
        settings, f"--repo={backup.repository}", f"--set={backup.label}", "info", "--output=json"
    )
    sizes = re.findall(r'"delta":\d+,"repository":\{[^}]*\},"size":(\d+)', said)
    return max(map(int, sizes), default=0) + (1 << 28)


def refuse_without_room(settings: Settings, backup: repository.Backup, place: Path) -> None:
    """A full disk would stop the live server too."""
    free, wanted = shutil.disk_usage(place).free, needed(settings, backup) + settings.min_free
    if free < wanted:
        raise BackupError(
            f"{free >> 20} MiB free in {place}, {wanted >> 20} wanted to restore {backup.label}: free some first"
        )


def restore(scratch: Scratch, backup: repository.Backup, *target: str) -> None:
    """Bring the files back; what is replayed comes from the same repository, and nothing is archived from here."""
    settings = scratch.settings
    whence = f"--stanza={settings.stanza} --repo={backup.repository} --pg1-path={scratch.data}"
    call = " ".join(repository.program(settings))
    fetch = f'restore_command={call} {whence} archive-get %f "%p"'
    repository.called(["install", "-d", "-m", "0700", str(scratch.data)])
    repository.pgbackrest(
        settings, f"--repo={backup.repository}", f"--set={backup.label}", f"--pg1-path={scratch.data}",
        f"--recovery-option={fetch}", "--archive-mode=off", *target, "restore",
    )  # fmt: skip
