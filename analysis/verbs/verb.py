"""A word of the command line, as a value."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Say = Callable[[str], None]


@dataclass(frozen=True)
class Verb:
    """`call` gets the parsed arguments and somewhere to say the answer; it returns the exit code."""

    name: str
    help: str
    call: Callable[[argparse.Namespace, Say], int]
    arguments: tuple[tuple[tuple[str, ...], Mapping[str, Any]], ...] = ()
