"""Where the SQL files are: inside the wheel, or in the checkout beside the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def root() -> Path:
    packaged = _PACKAGE / "_sql"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "sql"


def in_order(room: str) -> list[Path]:
    return sorted((root() / room).glob("*.sql"))


@cache
def query(name: str) -> str:
    return (root() / "queries" / f"{name}.sql").read_text(encoding="utf-8")
