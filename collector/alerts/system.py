"""What is not well on this machine: each unit that failed is one series, over when it works again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from collector.alerts import once, silence
from collector.alerts.spool import FileBox
from collector.core.clock import NEW_YORK

PACE = once.Pace(cooldown=timedelta(hours=1), quiet=timedelta(minutes=10))
LINES = 3


@dataclass(frozen=True)
class Trouble:
    """One thing that is not well now."""

    title: str
    body: str
    severity: str = "critical"


def failed_units(folder: Path) -> dict[str, Trouble]:
    """The records of units that failed and have not worked since (docs/decisions/0027)."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except FileNotFoundError:
        return {}
    except OSError as reason:
        # Silence here would look like health.
        body = f"{folder}: {type(reason).__name__}. Units that fail are known to the journal only."
        return {"system/records": Trouble("The records of failures cannot be read", body)}
    return {f"system/{path.stem}": _unit(path) for path in paths}


def _unit(path: Path) -> Trouble:
    unit = path.stem
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        said = "\n".join(f"  {line}" for line in record["log"][-LINES:])
        at = datetime.fromisoformat(record["failed_at"]).astimezone(NEW_YORK)
        how = f"{record['result']}, exit status {record['exit_status']}, {record['count']} in a row"
        facts = f"Last at {at:%m-%d %H:%M} New York: {how}.\n{said}"
    except FileNotFoundError:
        facts = "It has just begun to work again."
    except (OSError, ValueError, KeyError, TypeError) as reason:
        facts = f"Its record cannot be read: {type(reason).__name__}."
    return Trouble(f"{unit} failed", f"{facts}\nSee: sudo journalctl -u {unit}")


def observe(
    box: FileBox, troubles: Mapping[str, Trouble], silences: silence.Silence, now: datetime
) -> list[str]:
    """Write what is new into the box; the series that said something."""
    said = []
    for series in sorted({*troubles, *box.episodes}):
        before = box.episodes.get(series)
        after = once.observed(before, now, int(series in troubles), PACE)
        kind = once.word(before, after, now, PACE)
        if after is None:
            continue
        if kind and not silence.covers(silences, series, kind, after.since, now):
            severity, texts = _texts(series, kind, troubles.get(series), after, now)
            box.put(kind, series, severity, texts, now)
            after = once.noted(after, kind, now)
            said.append(series)
        box.episodes[series] = after
    _forget(box, now)
    return said


def _texts(
    series: str, kind: str, trouble: Trouble | None, episode: once.Episode, now: datetime
) -> tuple[str, tuple[str, str]]:
    since = f"{episode.since.astimezone(NEW_YORK):%m-%d %H:%M}"
    if trouble is None:
        quiet = f"{episode.active_at.astimezone(NEW_YORK):%m-%d %H:%M}"
        name = series.partition("/")[2]
        return "critical", (f"{name} is well again", f"Not well from {since} to {quiet} New York.")
    more = " No more messages until it is over." if kind == "last" else ""
    lasted = f"\nNot well since {since} New York.{more}" if now > episode.since else ""
    return trouble.severity, (trouble.title, trouble.body + lasted)


def _forget(box: FileBox, now: datetime) -> None:
    """What has been over for a day begins anew."""
    for series, one in list(box.episodes.items()):
        if one.resolved_at is not None and now - one.resolved_at > timedelta(days=1):
            del box.episodes[series]
