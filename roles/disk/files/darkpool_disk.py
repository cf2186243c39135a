#!/usr/bin/env python3
"""Look how full each file system is, in bytes and in inodes; fail when one is fuller than it may be.

Usage: darkpool_disk.py MOST_PERCENT PATH...
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    """One line for each file system; 1 when there is too little left somewhere."""
    most, paths = int(sys.argv[1]), sys.argv[2:]
    too_full = False
    for path in file_systems(paths):
        used = percents(os.statvfs(path))
        full = [what for what, percent in used.items() if percent > most]
        shown = ", ".join(f"{percent} % of its {what}" for what, percent in used.items())
        told = ": see docs/runbooks/disk-full.md" if full else ""
        sys.stdout.write(f"{path} has used {shown}; at most {most} % is good{told}\n")
        too_full = too_full or bool(full)
    return int(too_full)


def file_systems(paths: list[str]) -> list[str]:
    """The first path of each; what is not there is passed over."""
    found: dict[int, str] = {}
    for path in paths:
        if Path(path).exists():
            found.setdefault(Path(path).stat().st_dev, path)
    return list(found.values())


def percents(state: os.statvfs_result) -> dict[str, int]:
    """How full, rounded up, as an account that is not root sees it. Some file systems count no inodes."""
    counted = {
        "room": (state.f_blocks - state.f_bfree, state.f_bavail),
        "inodes": (state.f_files - state.f_ffree, state.f_favail),
    }
    return {what: -(-100 * used // (used + left)) for what, (used, left) in counted.items() if used + left}


if __name__ == "__main__":
    sys.exit(main())
