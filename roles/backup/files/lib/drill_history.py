"""What the drills found: one dated line each, of dumps and of physical backups alike."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

NAME = "history.jsonl"


def append(folder: Path, line: dict[str, Any]) -> None:
    """Add a line, on the disk; the folder says who may read it."""
    file = folder / NAME
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    file.chmod(0o644)


def lines(folder: Path) -> list[dict[str, Any]]:
    """All of them, oldest first; half a line of a power cut is none."""
    try:
        text = (folder / NAME).read_text()
    except (FileNotFoundError, PermissionError):
        # What releases before this one wrote is postgres' alone until the next line; none known rings too.
        return []
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


def last_good(folder: Path) -> dict[str, Any] | None:
    """The last drill that proved a restore."""
    return next((line for line in reversed(lines(folder)) if line.get("ok")), None)
