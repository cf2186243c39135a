#!/usr/bin/env python3
"""Follow a server from one pinned host key to the next, without a moment in which none is pinned.

`pin` adds the new key beside each line of the old one; `settle` connects anew, believing the new key alone, and only
then takes the old one out. Both may be repeated and may die anywhere. Run on the laptop, by role connection.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOT_PROVEN = 255


class PinError(Exception):
    """The keys cannot be followed; the message says what to do."""


def main() -> int:
    """Turn the words of the command line into a call; say whether anything was changed."""
    words = argparse.ArgumentParser(prog="known_hosts", description=__doc__)
    words.add_argument("step", choices=["pin", "settle"])
    words.add_argument("old", help="public key to forget, as in a .pub file")
    words.add_argument("new", help="public key to go on with")
    words.add_argument("ssh", nargs="+", help="after --: the ssh command that reaches the server")
    given = words.parse_args()
    if given.old == given.new:
        words.error("the new key is the old one: nothing to follow")
    try:
        files = pinned_in(given.ssh, (given.old, given.new))
        if given.step == "settle":
            prove(given.ssh, lines_with(given.new, files))
        change = beside if given.step == "pin" else without
        changed = [file for file in files if rewrite(file, change, given.old, given.new)]
    except PinError as problem:
        sys.stderr.write(f"{problem}\n")
        return NOT_PROVEN
    sys.stdout.write("changed\n" if changed else "unchanged\n")
    return 0


def pinned_in(ssh: list[str], keys: tuple[str, str]) -> list[Path]:
    """Return the files of known hosts, of those that ssh reads for this server, which hold one of the keys.

    Raises:
        PinError: none does.
    """
    asked = subprocess.run([ssh[0], "-G", *ssh[1:]], capture_output=True, text=True, check=False)
    said = next((line for line in asked.stdout.splitlines() if line.startswith("userknownhostsfile ")), "")
    names = said.partition(" ")[2]
    # ssh does not quote: one name with blanks looks like several.
    files = [Path(name).expanduser() for name in dict.fromkeys([names, *names.split()])]
    found = [file for file in files if file.is_file() and any(lines_with(key, [file]) for key in keys)]
    if not found:
        raise PinError(
            f"No file of yours pins {keys[0]} ({names or asked.stderr.strip()}): "
            "write it into the inventory's known_hosts."
        )
    return found


def lines_with(key: str, files: list[Path]) -> list[str]:
    """Return the lines of some files that pin a key."""
    return [line for file in files for line in file.read_text().splitlines() if pins(line, key)]


def prove(ssh: list[str], lines: list[str]) -> None:
    """Connect anew, with the new key as the only one that is known.

    Raises:
        PinError: the server did not show it.
    """
    with tempfile.NamedTemporaryFile("w", prefix="known_hosts_") as only:
        only.write("\n".join([*lines, ""]))
        only.flush()
        # The first value wins.
        strict = [f'UserKnownHostsFile="{only.name}"', "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no",
                  "StrictHostKeyChecking=yes"]  # fmt: skip
        options = [word for option in strict for word in ("-o", option)]
        tried = subprocess.run(
            [ssh[0], *options, *ssh[1:], "true"], capture_output=True, text=True, check=False
        )
    if tried.returncode != 0:
        raise PinError(
            f"The server did not show its new host key: {tried.stderr.strip()}\n"
            "The old one and the new one stay pinned: run it again."
        )


def beside(lines: list[str], old: str, new: str) -> Iterator[str]:
    """Give each line of the old key a twin with the new one."""
    there = {line.split()[0] for line in lines if pins(line, new)}
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n"
        if pins(line, old) and line.split()[0] not in there:
            yield f"{line.split()[0]} {new}\n"


def without(lines: list[str], old: str, _new: str) -> Iterator[str]:
    """Leave the lines of the old key out."""
    return (line for line in lines if not pins(line, old))


def pins(line: str, key: str) -> bool:
    """Say whether a line pins a key; one with a marker (@revoked) pins none."""
    return not line.startswith(("@", "#")) and line.split()[1:3] == key.split()[:2]


def rewrite(file: Path, change: Callable[..., Iterator[str]], old: str, new: str) -> bool:
    """Change a file in one step, alone; say whether there was anything to change."""
    whole = file.resolve()
    with alone_in(whole.parent):
        before = whole.read_text().splitlines(keepends=True)
        after = list(change(before, old, new))
        if after != before:
            replace(whole, "".join(after))
    return after != before


def replace(file: Path, text: str) -> None:
    """Put a text in the place of a file's in one step, also if the power goes in between."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.", delete=False) as draft:
        draft.write(text)
        draft.flush()
        os.fchmod(draft.fileno(), file.stat().st_mode & 0o7777)
        os.fsync(draft.fileno())
    Path(draft.name).replace(file)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep out another of us, who follows another server in the same file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


if __name__ == "__main__":
    sys.exit(main())
