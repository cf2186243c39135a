"""How a line is put on the screen: as wide as that is, in colour where somebody wants it; whole in a file or a pipe."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap

RED, GREEN, PLAIN = "\033[31m", "\033[32m", "\033[0m"
USUAL, NARROWEST = 80, 40


def wrapped(line: str, indent: int = 0) -> str:
    """A line broken between words, what follows under `indent`; in a file or a pipe it stays one line."""
    if not sys.stdout.isatty():
        return line
    return folded(line, indent, shutil.get_terminal_size().columns)


def folded(line: str, indent: int = 0, width: int = USUAL) -> str:
    """A line broken between words; a word that is longer, as an address is, stays whole to be copied."""
    found = textwrap.TextWrapper(
        max(width, NARROWEST),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return found.fill(line)


def coloured(line: str, word: str, colour: str) -> str:
    """A line with its first such word in colour, where a person looks and did not decline it."""
    plain = not colour or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not sys.stdout.isatty():
        return line
    return line.replace(word, f"{colour}{word}{PLAIN}", 1)
