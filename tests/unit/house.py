"""What the tests of the house's shape look at."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)", re.MULTILINE)
# Not ours, or not in git.
SKIPPED = {"__pycache__", "node_modules", "dist", "build"}
KEPT_HIDDEN = {".ci", ".config", ".github"}


def files(suffix: str = "") -> Iterator[Path]:
    for folder, names, found in os.walk(ROOT):
        names[:] = [
            name
            for name in names
            if name not in SKIPPED and (not name.startswith(".") or name in KEPT_HIDDEN)
        ]
        yield from (
            Path(folder, name) for name in found if name.endswith(suffix) and not name.startswith(".")
        )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def specs(role: str) -> dict[str, dict[str, object]]:
    return yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text())["argument_specs"][
        "main"
    ].get("options", {})
