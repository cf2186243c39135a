"""The only room that reads the process's environment and the env files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from collector.core.errors import SettingsError

DEFAULT_FILES = ("/etc/collector/collector.env", "/etc/collector/secrets.env")


def gather(env_files: Sequence[str]) -> Mapping[str, str]:
    """Later files beat earlier ones, the process's environment beats all files."""
    found: dict[str, str] = {}
    problems: list[str] = []
    for name in env_files or DEFAULT_FILES:
        try:
            text = Path(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            if env_files:
                problems.append(f"{name} does not exist: check --env-file")
            continue
        except (OSError, UnicodeDecodeError) as reason:
            problems.append(f"{name} cannot be read ({reason}): run it as the user collector")
            continue
        # interpolate=False: a $ in a key is a $.
        values = dotenv_values(stream=StringIO(text), interpolate=False)
        found |= {key: value or "" for key, value in values.items()}
    if problems:
        raise SettingsError(problems)
    return found | dict(os.environ)  # noqa: TID251 - this is its one room


@cache
def release() -> str:
    """The version that is installed."""
    try:
        return version("darkpool")
    except PackageNotFoundError:
        return "0+checkout"
