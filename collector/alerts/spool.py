"""The box in a file: for what must be said while the database is down. One process writes it, under its lock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from collector.alerts.deliver import KEPT, STUCK_AFTER, Channel, Stuck, Waiting
from collector.alerts.message import Message, Page
from collector.alerts.once import Episode
from collector.store import disk


class FileBox:
    """Episodes and messages; `save` is one rename, and nothing is sent before it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        saved = _read(path)
        self._next = int(saved.get("next", 1))
        self.episodes = {name: _episode(one) for name, one in saved.get("episodes", {}).items()}
        self._messages: list[dict[str, Any]] = saved.get("messages", [])

    def put(self, kind: str, series: str, severity: str, texts: tuple[str, str], now: datetime) -> None:
        """A message, not saved yet."""
        title, body = texts
        one = Message(f"s{self._next}", series, kind, severity, title, body, now)
        self._messages.append({**asdict(one), "created_at": now.isoformat(), "deliveries": None})
        self._next += 1

    def save(self, now: datetime) -> None:
        """Whole or not at all; what everybody has taken goes after some days."""
        old = (now - KEPT).isoformat()
        self._messages = [one for one in self._messages if one["created_at"] > old or _waits(one)]
        saved = {
            "next": self._next,
            "episodes": {name: _plain(one) for name, one in self.episodes.items()},
            "messages": self._messages,
        }
        disk.put(self._path, json.dumps(saved, indent=1))

    def messages(self) -> list[Message]:
        """All that are kept, the oldest first."""
        return [_message(one) for one in self._messages]

    def route(self, channels: Sequence[Channel], now: datetime) -> None:
        """Chooses the channels of what is new, and anew of what waits for one that is gone."""
        known = {channel.name for channel in channels}
        for one in self._messages:
            before = one["deliveries"] or {}
            gone = [name for name, to in before.items() if name not in known and not to["delivered_at"]]
            if one["deliveries"] is None or gone:
                kept = {name: to for name, to in before.items() if name not in gone}
                mine = [channel.name for channel in channels if one["severity"] in channel.severities]
                fresh = {"attempts": 0, "next_at": now.isoformat(), "delivered_at": "", "error": ""}
                one["deliveries"] = {**{name: dict(fresh) for name in mine}, **kept} if known else None

    def waiting(self, channel: str, now: datetime) -> list[Waiting]:
        """What is due for it, the oldest first."""
        return [
            Waiting(_message(one), to["attempts"])
            for one, to in self._to(channel)
            if not to["delivered_at"] and datetime.fromisoformat(to["next_at"]) <= now
        ]

    def sent(self, channel: str, since: datetime) -> int:
        """Notifications that it has taken since then."""
        times = {to["delivered_at"] for _, to in self._to(channel) if to["delivered_at"]}
        return sum(datetime.fromisoformat(at) > since for at in times)

    def delivered(self, channel: str, ids: Sequence[str], at: datetime) -> None:
        """It has taken these."""
        for one, to in self._to(channel):
            if one["id"] in ids:
                to["delivered_at"] = at.isoformat()
        self.save(at)

    def failed(self, channel: str, ids: Sequence[str], next_at: datetime, error: str) -> None:
        """It has not."""
        for one, to in self._to(channel):
            if one["id"] in ids:
                to.update(attempts=to["attempts"] + 1, next_at=next_at.isoformat(), error=error)
        self.save(next_at)

    def pages(self, _ids: Sequence[str]) -> list[Page]:
        """A trouble has none."""
        return []

    def stuck(self) -> list[Stuck]:
        """Channels that have refused again and again, and still do."""
        return [
            Stuck(name, 1, to["error"], datetime.fromisoformat(one["created_at"]))
            for one in self._messages
            for name, to in (one["deliveries"] or {}).items()
            if not to["delivered_at"] and to["attempts"] >= STUCK_AFTER
        ]

    def _to(self, channel: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [
            (one, one["deliveries"][channel])
            for one in self._messages
            if channel in (one["deliveries"] or {})
        ]


def _read(path: Path) -> dict[str, Any]:
    """What was saved; a file that is damaged is put aside, as the next alert matters more."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        path.replace(path.with_suffix(".damaged"))
        return {}
    return found


def _waits(one: dict[str, Any]) -> bool:
    return one["deliveries"] is None or any(not to["delivered_at"] for to in one["deliveries"].values())


def _message(one: dict[str, Any]) -> Message:
    known = {field.name: one[field.name] for field in fields(Message)}
    return Message(**{**known, "created_at": datetime.fromisoformat(one["created_at"])})


_TIMES = ("since", "active_at", "said_at", "resolved_at")


def _plain(one: Episode) -> dict[str, Any]:
    return {
        name: value.isoformat() if name in _TIMES and value else value for name, value in vars(one).items()
    }


def _episode(one: dict[str, Any]) -> Episode:
    times = {name: datetime.fromisoformat(one[name]) if one[name] else None for name in _TIMES}
    return Episode(**{**one, **times})
