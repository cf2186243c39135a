"""How a line is put on the screen: as wide as it is, in colour where somebody wants it; whole in a file or a pipe."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap

RED, GREEN, PLAIN = "\033[31m", "\033[32m", "\033[0m"
NARROWEST = 40


def wrapped(line: str, indent: int) -> str:
    """Return a line broken between words, what follows under `indent`; in a file or a pipe it stays one line."""
    if not sys.stdout.isatty():
        return line
    width = max(shutil.get_terminal_size().columns, NARROWEST)
    return "\n".join(
        textwrap.wrap(
            line,
            width,
            subsequent_indent=" " * indent,
            drop_whitespace=True,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def coloured(line: str, word: str, colour: str) -> str:
    """Return a line with its first such word in colour, where a person looks and did not decline it."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return line
    return line.replace(word, f"{colour}{word}{PLAIN}", 1)
