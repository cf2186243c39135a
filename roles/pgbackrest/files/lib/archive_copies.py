"""Old months are files, and those are in no backup of the database: copies beside the backups outlive the server.

A file is never written again once it has its name, so what is there is not copied twice.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import repository

if TYPE_CHECKING:
    from physical_settings import Settings

COPY = "archive"
OWNER = "collector"


def keep(settings: Settings, number: int) -> int:
    """Lay every finished file beside the backups that is not there yet; how many they were."""
    there = names(settings, number)
    found = {str(file.relative_to(settings.archive)): file for file in finished(settings.archive)}
    missing = sorted(found.keys() - there)
    for name in missing:
        with found[name].open("rb") as stream:
            repository.put(settings, number, f"{COPY}/{name}", stream)
    return len(missing)


def fetch(settings: Settings, number: int) -> int:
    """Bring back what is not on this disk; each file is whole from the moment that it has its name."""
    here = {str(file.relative_to(settings.archive)) for file in finished(settings.archive)}
    missing = sorted(names(settings, number) - here)
    for name in missing:
        target = settings.archive / name
        own(settings.archive, target.parent)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".partial", delete=False) as file:
            repository.get_into(settings, number, f"{COPY}/{name}", file)
            os.fsync(file.fileno())
        shutil.chown(file.name, OWNER, OWNER)
        Path(file.name).chmod(0o640)
        Path(file.name).rename(target)
    return len(missing)


def finished(root: Path) -> list[Path]:
    """Files in folders that have their final name."""
    return [
        file
        for file in root.rglob("*")
        if file.is_file() and not any(part.endswith(".partial") for part in file.relative_to(root).parts)
    ]


def names(settings: Settings, number: int) -> set[str]:
    """What lies beside the backups."""
    listed = repository.listed(settings, number, f"{repository.NOTES}/{COPY}")
    return {name for name, one in json.loads(listed).items() if one["type"] == "file"}


def own(root: Path, folder: Path) -> None:
    """Make the folders down to this one, as the collector makes them."""
    for one in reversed([folder, *folder.parents]):
        if root in one.parents and not one.exists():
            one.mkdir(0o750)
            shutil.chown(one, OWNER, OWNER)
