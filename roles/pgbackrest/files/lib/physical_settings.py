"""The lines of /etc/default/darkpool-pgbackrest, which Ansible writes; no secret is among them."""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from pathlib import Path

from backup_set import BackupError

PREFIX = "PGBACKREST_"


@dataclass(frozen=True)
class Settings:
    """Where things are, and from when on something is too old or too much."""

    file: Path
    configuration: Path
    stanza: str
    database: str
    data_directory: Path
    bin_directory: Path
    port: int
    unit: str
    repositories: tuple[int, ...]
    full_every_days: int
    alarm_archive_s: int
    alarm_waiting_mb: int
    alarm_backup_h: int
    alarm_drill_days: int
    drill_directory: Path
    min_free: int
    acknowledged: Path
    archive: Path

    @property
    def psql(self) -> list[str]:
        """How to reach the live database."""
        return ["psql", "-p", str(self.port), "-d", self.database]

    def passphrase(self, repository: int) -> str:
        """What opens a repository; the file is readable by those who may."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(self.configuration)
        return parser["global"][f"repo{repository}-cipher-pass"]


def read_settings(path: Path) -> Settings:
    """Read the file; what is missing or wrong is named."""
    try:
        lines = [line for line in path.read_text().splitlines() if "=" in line and not line.startswith("#")]
        told = dict(line.split("=", 1) for line in lines)
        given = {key.removeprefix(f"DARKPOOL_{PREFIX}").lower(): value for key, value in told.items()}
        return Settings(
            file=path,
            configuration=Path(given["configuration"]),
            stanza=given["stanza"],
            database=given["database"],
            data_directory=Path(given["data_directory"]),
            bin_directory=Path(given["bin_directory"]),
            port=int(given["port"]),
            unit=given["unit"],
            repositories=tuple(int(one) for one in given["repositories"].split()),
            full_every_days=int(given["full_every_days"]),
            alarm_archive_s=int(given["alarm_archive_s"]),
            alarm_waiting_mb=int(given["alarm_waiting_mb"]),
            alarm_backup_h=int(given["alarm_backup_h"]),
            alarm_drill_days=int(given["alarm_drill_days"]),
            drill_directory=Path(given["drill_directory"]),
            min_free=int(given["min_free_mb"]) * 1024 * 1024,
            acknowledged=Path(given["acknowledged"]),
            archive=Path(given["archive"]),
        )
    except (OSError, KeyError, ValueError) as error:
        raise BackupError(f"{path}: missing or wrong: {error}; `make deploy` writes it again") from error
