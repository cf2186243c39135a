"""What nobody wants to hear for a while: mutes until a time, and acknowledgements until it is over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from collector.store import disk

Silence = Mapping[str, datetime]
ACK = "ack:"
# An acknowledgement is kept for so long; when it was made is told by when it ends.
ACKNOWLEDGED = timedelta(days=7)


def load(path: Path) -> dict[str, datetime]:
    """Patterns of series and until when; a damaged file silences nothing."""
    try:
        return {name: datetime.fromisoformat(at) for name, at in json.loads(path.read_text()).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def put(path: Path, pattern: str, until: datetime, now: datetime) -> None:
    """One more; what has ended is forgotten."""
    kept = {name: at for name, at in {**load(path), pattern: until}.items() if at > now}
    disk.put(path, json.dumps({name: at.isoformat() for name, at in kept.items()}, indent=1))


def acknowledged(series: str) -> str:
    """The name under which an acknowledgement is kept."""
    return f"{ACK}{series}"


def covers(silences: Silence, series: str, kind: str, since: datetime, now: datetime) -> bool:
    """Whether a message is not to be written.

    A mute names a series, or a rule, as in block_print or block_print/SPY. An acknowledgement is of an episode that
    had begun before it, and lets through that it is over.
    """
    for pattern, until in silences.items():
        if now >= until:
            continue
        if pattern.startswith(ACK):
            if pattern == acknowledged(series) and kind != "resolved" and since <= until - ACKNOWLEDGED:
                return True
        elif _matches(pattern, series):
            return True
    return False


def _matches(pattern: str, series: str) -> bool:
    inner = series.partition("/")[2]
    names = (series, inner, inner.partition("/")[0])
    return any(fnmatchcase(name, pattern) for name in names)
