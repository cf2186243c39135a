"""Words that several verbs take."""

from __future__ import annotations

import argparse
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

Argument = tuple[tuple[str, ...], dict[str, Any]]
NOTHING_COLLECTED = 1


def as_symbol(text: str) -> str:
    """A ticker, in capitals."""
    return text.upper()


def step(text: str) -> Decimal:
    """A width in US dollars, a cent or more."""
    try:
        width = Decimal(text)
    except InvalidOperation:
        width = Decimal(0)
    if not (width.is_finite() and width >= Decimal("0.01")):
        raise argparse.ArgumentTypeError(f"{text!r} is not a width in dollars, such as 0.05")
    return width


SYMBOL: Argument = (("symbol",), {"type": as_symbol, "metavar": "SYMBOL", "help": "ticker, such as SPY"})
JSON: Argument = (("--json",), {"action": "store_true", "help": "print JSON; money and shares are strings"})


def day(flag: str, meaning: str) -> Argument:
    """An option that takes a New York day."""
    return (flag,), {"type": date.fromisoformat, "metavar": "YYYY-MM-DD", "help": meaning}


DATE = day("--date", "New York day (default: the newest that was collected)")
STEP: Argument = (
    ("--step",),
    {"type": step, "metavar": "DOLLARS", "help": "width of a level (default: so that it fits a screen)"},
)
TRIALS: Argument = (
    ("--trials",),
    {
        "type": Path,
        "default": Path("trials.jsonl"),
        "metavar": "FILE",
        "help": "registry of all trials (default: trials.jsonl)",
    },
)
