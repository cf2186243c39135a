"""What the drills found: one dated line each."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from physical_settings import Settings


def file(settings: Settings) -> Path:
    """Where they are."""
    return settings.drill_directory / "history.jsonl"


def append(settings: Settings, line: dict[str, Any]) -> None:
    """Add a line, on the disk."""
    with file(settings).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def lines(settings: Settings) -> list[dict[str, Any]]:
    """All of them, oldest first; half a line of a power cut is none."""
    text = file(settings).read_text() if file(settings).exists() else ""
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


def last_good(settings: Settings) -> dict[str, Any] | None:
    """The last drill that proved a restore."""
    return next((line for line in reversed(lines(settings)) if line.get("ok")), None)
