"""What the machine is like, as the look of role `status` wrote it down: its file is the one place that is read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collector.jobs.command import Argument

FILE = "/var/lib/darkpool/host/host.json"
# It is written every five minutes; older than this, what it says is history.
STALE = timedelta(minutes=20)
# Less than a day of measuring says nothing about months.
LEAST_MEASURED = timedelta(days=1)
A_DAY_S = 86_400


@dataclass(frozen=True)
class Disk:
    """One file system; `days_left` until it is full at the pace that was measured, None where that is not known."""

    path: str
    bytes: int
    used: int
    left: int
    inodes_percent: int
    days_left: float | None = None
    grows: bool | None = None

    @property
    def percent(self) -> int:
        """How full, as an account that is not root sees it; rounded up."""
        return -(-100 * self.used // max(1, self.used + self.left))


@dataclass(frozen=True)
class Host:
    """All that was seen; None and empty where it could not be seen."""

    looked_at: datetime
    booted_at: datetime | None = None
    load: Sequence[float] = ()
    cpus: int = 0
    memory: Mapping[str, int] = field(default_factory=dict)
    disks: tuple[Disk, ...] = ()
    failed: tuple[str, ...] = ()
    reboot: bool = False
    updates_at: datetime | None = None
    updates_waiting: int | None = None
    certificates: Mapping[str, datetime] = field(default_factory=dict)
    keys: Mapping[str, datetime] = field(default_factory=dict)
    synchronised: bool | None = None
    offset_s: float | None = None
    dump_at: datetime | None = None
    physical_at: datetime | None = None
    drill: Mapping[str, Any] = field(default_factory=dict)
    good_drill_at: datetime | None = None

    def is_stale(self, now: datetime) -> bool:
        """Whether nobody has looked for long."""
        return now - self.looked_at > STALE


def read(path: Path) -> Host | None:
    """The last look; None where there is none, or what is there cannot be read."""
    try:
        return parsed(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def parsed(facts: Mapping[str, Any]) -> Host:
    """The file's facts as values."""
    backups, drill = facts["backups"], facts["drill"]
    return Host(
        looked_at=datetime.fromisoformat(facts["looked_at"]),
        booted_at=_time(facts["booted_at"]),
        load=tuple(map(float, facts["load"])),
        cpus=int(facts["cpus"]),
        memory={str(name): int(number) for name, number in facts["memory"].items()},
        disks=tuple(_disk(one, facts["measured"]) for one in facts["disks"]),
        failed=tuple(map(str, facts["failed"])),
        reboot=bool(facts["reboot"]),
        updates_at=_time(facts["updates_at"]),
        updates_waiting=facts.get("updates_waiting"),
        certificates=_times(facts.get("certificates", {})),
        keys=_times(facts.get("keys", {})),
        synchronised=facts["clock"]["synchronised"],
        offset_s=facts["clock"]["offset_s"],
        dump_at=_time(backups["dump"]),
        physical_at=_time(backups["physical"]),
        drill=drill["last"] or {},
        good_drill_at=_time(drill["good_at"]),
    )


def _disk(one: Mapping[str, Any], measured: Sequence[Mapping[str, Any]]) -> Disk:
    path, used, left = str(one["path"]), int(one["used"]), int(one["left"])
    pace = pace_of(
        [(datetime.fromisoformat(at["at"]), at["used"][path]) for at in measured if path in at["used"]]
    )
    days = left / pace if pace and pace > 0 else None
    grows = None if pace is None else pace > 0
    return Disk(path, int(one["bytes"]), used, left, int(one["inodes_percent"]), days, grows)


def pace_of(measured: Sequence[tuple[datetime, int]]) -> float | None:
    """Bytes a day, from the first measurement to the last; None where they are too near."""
    if not measured or measured[-1][0] - measured[0][0] < LEAST_MEASURED:
        return None
    (begin, first), (end, last) = measured[0], measured[-1]
    return (last - first) / ((end - begin).total_seconds() / A_DAY_S)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _times(texts: Mapping[str, str]) -> Mapping[str, datetime]:
    return {name: datetime.fromisoformat(text) for name, text in texts.items()}


PLACE: Argument = (
    ("--host",),
    {"metavar": "PATH", "default": FILE, "help": f"what the machine is like (default: {FILE})"},
)
