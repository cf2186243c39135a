"""A message, and what a person reads of one or of several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.core.clock import NEW_YORK

SEVERITIES = ("critical", "warning", "info")
# What phones show of a notification, and what fits into one message of the strictest channel.
LONGEST_TITLE = 120
LONGEST_BODY = 1800
FEW = 8
WAITED = timedelta(minutes=10)
MARK = {"fired": "", "again": "AGAIN ", "last": "STILL ", "resolved": "RESOLVED ", "digest": "", "report": "",
        "try": ""}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A file that goes with a message; `content` is HTML, gzip."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What is to be said; `id` is its number, so that a double is known as one."""

    id: str
    series: str
    kind: str
    severity: str
    title: str
    body: str
    created_at: datetime


def together(messages: Sequence[Message], now: datetime) -> tuple[str, str]:
    """Title and body of one notification for all of them, the oldest first."""
    waited = _waited(messages, now)
    if len(messages) == 1:
        (one,) = messages
        return _cut(_title(one), LONGEST_TITLE), _cut(f"{waited}{one.body}\n[{one.id}]", LONGEST_BODY)
    titles = [f"- {_clock(one.created_at)} {_title(one)} [{one.id}]" for one in messages[:FEW]]
    more = [f"- and {len(messages) - FEW} more: collector alerts list"] if len(messages) > FEW else []
    bodies = [f"{_title(one)}\n{one.body}" for one in messages[:FEW]]
    body = "\n".join([*titles, *more]) + "\n\n" + "\n\n".join(bodies)
    return f"{len(messages)} alerts: {_cut(_title(messages[0]), 80)} ...", _cut(waited + body, LONGEST_BODY)


def _title(one: Message) -> str:
    return f"{MARK[one.kind]}{one.title}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%H:%M}"


def _waited(messages: Sequence[Message], now: datetime) -> str:
    """Said where a cap, the night or a channel that was down held it back."""
    oldest = min(one.created_at for one in messages)
    if now - oldest < WAITED:
        return ""
    return f"(held back since {oldest.astimezone(NEW_YORK):%m-%d %H:%M} New York)\n"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
