"""The notes of what was committed, beside the backups: there they outlive the server."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import repository

if TYPE_CHECKING:
    from physical_settings import Settings

COPY = "acknowledged-"
DAYS_COPIED = 8


def keep(settings: Settings, number: int) -> None:
    """Lay the last days' notes beside the backups; what is older lies there already."""
    for file in sorted(settings.acknowledged.glob("*.jsonl"))[-DAYS_COPIED:]:
        with file.open("rb") as stream:
            repository.put(settings, number, f"{COPY}{file.name}", stream)


def fetch(settings: Settings, number: int) -> int:
    """On a new server: take the notes that only the repository has; how many days they were."""
    there = [name for name in repository.names(settings, number) if name.startswith(COPY)]
    missing = [name for name in there if not (settings.acknowledged / name.removeprefix(COPY)).exists()]
    for name in missing:
        path = settings.acknowledged / name.removeprefix(COPY)
        path.write_text(repository.get(settings, number, name) + "\n")
        path.chmod(0o640)
        shutil.chown(path, "collector", "collector")
    return len(missing)
