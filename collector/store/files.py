"""Where the SQL files are: inside the wheel, or in the checkout beside the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def root() -> Path:
    """The folder that has migrations, queries, roles, views and reference."""
    packaged = _PACKAGE / "_sql"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "sql"


def in_order(room: str) -> list[Path]:
    """All files of one of its rooms."""
    return sorted((root() / room).glob("*.sql"))


@cache
def query(name: str) -> str:
    """The text of one query; read once."""
    return (root() / "queries" / f"{name}.sql").read_text(encoding="utf-8")
