"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from collector.core.errors import Terminal


def whole(path: Path, content: bytes) -> None:
    """Write a file; one that is there is replaced.

    Raises:
        Terminal: it cannot be written.
    """
    with place(path) as partial:
        partial.write_bytes(content)


@contextmanager
def place(path: Path) -> Iterator[Path]:
    """A file beside the wanted one that takes its place at the end; nothing is left of it where that is not reached.

    Raises:
        Terminal: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(path)
    except OSError as reason:
        raise Terminal(f"{path} cannot be written: {reason.strerror or reason}") from reason
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
