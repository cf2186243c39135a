"""Words that several verbs take."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

Argument = tuple[tuple[str, ...], dict[str, Any]]
NOTHING_COLLECTED = 1


def as_symbol(text: str) -> str:
    """A ticker, in capitals."""
    return text.upper()


SYMBOL: Argument = (("symbol",), {"type": as_symbol, "metavar": "SYMBOL", "help": "ticker, such as SPY"})
JSON: Argument = (("--json",), {"action": "store_true", "help": "print JSON; money and shares are strings"})


def day(flag: str, meaning: str) -> Argument:
    """An option that takes a New York day."""
    return (flag,), {"type": date.fromisoformat, "metavar": "YYYY-MM-DD", "help": meaning}


DATE = day("--date", "New York day (default: the newest that was collected)")
TRIALS: Argument = (
    ("--trials",),
    {
        "type": Path,
        "default": Path("trials.jsonl"),
        "metavar": "FILE",
        "help": "registry of all trials (default: trials.jsonl)",
    },
)
