"""A clock that nobody can set: seconds since boot, sleep included, alike in all processes of the host."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

Steady = Callable[[], float]
# A laptop without it counts no sleep; a server does not sleep.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds() -> float:
    """Since boot."""
    return time.clock_gettime(_CLOCK)


def boot() -> str:
    """Another word after each boot, when the seconds begin again; empty where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
