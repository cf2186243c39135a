"""What must survive a power cut: the bytes of a file, or the names in a folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def flush(path: Path) -> None:
    """Put a file's bytes, or a folder's names (so that a rename counts), on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(path: Path, text: str, mode: int | None = None, *, flushed: bool = True) -> None:
    """Write a file whole or not at all, also where two do so at once: the last one's counts.

    With the mode given, whatever the session's umask is. Not flushed, a power cut may leave it empty.
    """
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.writing")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
        if mode is not None:
            beside.chmod(mode)
        if flushed:
            flush(beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
