"""The one door to other programs: run them, and say what went wrong in one sentence."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class TestbedError(Exception):
    """The test bed cannot go on; the message says what to do about it."""

    __test__ = False


def run(*command: str | Path, feed: str | None = None, timeout_s: float = 600) -> str:
    """Run a command and return what it printed.

    Raises:
        TestbedError: it failed; the message carries its last lines.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, input=feed, capture_output=True, text=True, timeout=timeout_s, check=False
        )
    except FileNotFoundError:
        raise TestbedError(f"{words[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise TestbedError(f"{' '.join(words[:3])} did not end within {timeout_s:.0f} s") from None
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise TestbedError(f"{' '.join(words[:4])} ended with {done.returncode}:\n{tail}")
    return done.stdout.strip()


def succeeds(*command: str | Path, timeout_s: float = 60) -> bool:
    """Say whether a command can be run and ends with 0."""
    try:
        run(*command, timeout_s=timeout_s)
    except TestbedError:
        return False
    return True


def wait_until(what: str, check: Callable[[], bool], timeout_s: float) -> None:
    """Ask every quarter second until it is so.

    Raises:
        TestbedError: it was not so in time.
    """
    end = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > end:
            raise TestbedError(f"waited {timeout_s:.0f} s, but {what} did not happen")
        time.sleep(0.25)


def say(message: str) -> None:
    """One line of progress, at once."""
    print(f"   {message}", flush=True)


def fail(message: str, code: int = 1) -> None:
    """One error for a person, then out."""
    print(f"\ntestbed: {message}", file=sys.stderr, flush=True)
    raise SystemExit(code)


def lines(text: str) -> Sequence[str]:
    """Return the lines of an answer that are not empty."""
    return [line for line in text.splitlines() if line.strip()]
