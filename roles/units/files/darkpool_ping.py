#!/usr/bin/env python3
"""Ping a dead man's switch that understands healthchecks: URL/JOB/start, URL/JOB, URL/JOB/fail.

Its first argument is a unit and what happened: collector.service:start; a death says more (UNIT:signal:KILL:fail).
On the server of a pair that follows, JOB is JOB-standby: one that works must not hide the silence of the other.
It never fails: a ping that does not arrive is what the other side is there to notice.
"""

from __future__ import annotations

import os.path
import sys
import time
import urllib.request
from pathlib import Path

WAITS_S = (0, 2, 5)
TIMEOUT_S = 10
WORDS = {"start": "/start", "success": "", "fail": "/fail"}


def main() -> None:
    """Take unit and event, the file with the URL, and the mark of one that follows, from the command line."""
    unit, *_, event = sys.argv[1].split(":")
    base = Path(sys.argv[2]).read_text(encoding="utf-8").strip()
    if not base:
        return
    # Where the folder is closed it is no reason not to ping.
    role = "-standby" if os.path.exists(sys.argv[3]) else ""  # noqa: PTH110 -- Path.exists() raises there
    job = unit.rpartition(".")[0].replace("@", "-") + role
    url = f"{base.rstrip('/')}/{job}{WORDS[event]}"
    reason = ""
    for wait_s in WAITS_S:
        time.sleep(wait_s)
        reason = tried(url)
        if not reason:
            return
    # The URL is a secret.
    sys.stdout.write(f"the ping of {job} {event} did not arrive: {reason}\n")


def tried(url: str) -> str:
    """Ask once; empty, or why it was not answered."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S):  # noqa: S310 -- the role lets http and https through only
            return ""
    except (OSError, ValueError) as reason:
        return type(reason).__name__


if __name__ == "__main__":
    main()
