"""How messages leave: to whom, how many at once, not at night, and again where a channel is down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from collector.alerts.message import SEVERITIES, Message, Page, together
from collector.core.clock import NEW_YORK

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
HOUR = timedelta(hours=1)
# How long a message, or its page, is kept for a channel that is down.
KEPT = timedelta(days=7)
# So many tries take a quarter of an hour.
STUCK_AFTER = 4
# What one notification carries at most, packed: the unit that sends has 80 MB, and mail takes 33 times this of it.
MOST_PAGE_BYTES = 100_000


@dataclass(frozen=True)
class Channel:
    """Where messages go; the URL is a secret, the name is none."""

    name: str
    url: str
    severities: tuple[str, ...] = SEVERITIES


@dataclass(frozen=True)
class Manners:
    """What a channel is spared: nights (New York) for all that is not critical, and more than so many an hour."""

    quiet: tuple[time, time] | None
    most_per_hour: int


@dataclass(frozen=True)
class Waiting:
    """A message that a channel has not taken, how often it was tried, and how large the page is that goes with it."""

    message: Message
    attempts: int
    page_bytes: int = 0


@dataclass(frozen=True)
class Stuck:
    """A channel that is down, as far as a box knows."""

    channel: str
    messages: int
    error: str
    since: datetime


class Box(Protocol):
    """Where messages wait, and who has taken them."""

    def route(self, channels: Sequence[Channel], now: datetime) -> None:
        """Chooses the channels of what is new, and anew of what waits for one that is gone."""

    def waiting(self, channel: str, now: datetime) -> list[Waiting]:
        """What is due for it, the oldest first."""

    def sent(self, channel: str, since: datetime) -> int:
        """Notifications that it has taken since then."""

    def delivered(self, channel: str, ids: Sequence[str], at: datetime) -> None:
        """It has taken these; written before the next is tried."""

    def failed(self, channel: str, ids: Sequence[str], next_at: datetime, error: str) -> None:
        """It has not; not to be tried before."""

    def stuck(self) -> list[Stuck]:
        """Channels that have refused again and again, and still do."""

    def pages(self, ids: Sequence[str]) -> list[Page]:
        """The files that go with these messages."""


Send = Callable[[Channel, str, str, Sequence[Page]], str]


def deliver(
    boxes: Sequence[Box], channels: Sequence[Channel], manners: Manners, now: datetime, send: Send
) -> list[str]:
    """One round; a line for each notification that went, and for each that did not."""
    for box in boxes:
        box.route(channels, now)
    return [line for channel in channels for line in _to(channel, boxes, manners, now, send)]


def _to(channel: Channel, boxes: Sequence[Box], manners: Manners, now: datetime, send: Send) -> list[str]:
    lines = []
    room = manners.most_per_hour - sum(box.sent(channel.name, now - HOUR) for box in boxes)
    due = [(box, one) for box in boxes for one in box.waiting(channel.name, now)]
    for severity in SEVERITIES:
        group = [(box, one) for box, one in due if one.message.severity == severity]
        urgent = severity == "critical"
        if not group or (not urgent and (room <= 0 or is_quiet(manners, now))):
            continue
        group = _carried(group)
        title, body = together([one.message for _, one in group], now)
        error = send(channel, title, body, _pages(group))
        _note(channel, group, now, error)
        lines.append(f"{channel.name}: {error or title}")
        room -= not error
        if error:
            break
    return lines


def _carried(group: Sequence[tuple[Box, Waiting]]) -> list[tuple[Box, Waiting]]:
    """The first of them, as many as one notification can carry with their pages; the others go in the next round."""
    carried: list[tuple[Box, Waiting]] = []
    size = 0
    for box, one in group:
        size += one.page_bytes
        if carried and size > MOST_PAGE_BYTES:
            break
        carried.append((box, one))
    return carried


def _pages(group: Sequence[tuple[Box, Waiting]]) -> list[Page]:
    with_page = [(box, one.message.id) for box, one in group if one.page_bytes]
    boxes = dict.fromkeys(box for box, _ in with_page)
    return [page for box in boxes for page in box.pages([name for owner, name in with_page if owner is box])]


def _note(channel: Channel, group: Sequence[tuple[Box, Waiting]], now: datetime, error: str) -> None:
    for box in dict.fromkeys(box for box, _ in group):
        mine = [one for owner, one in group if owner is box]
        ids = [one.message.id for one in mine]
        if error:
            wait = FIRST_WAIT * 2 ** min(6, max(one.attempts for one in mine))
            box.failed(channel.name, ids, now + min(wait, LONGEST_WAIT), error)
        else:
            box.delivered(channel.name, ids, now)


def is_quiet(manners: Manners, now: datetime) -> bool:
    """Whether it is night; the hours may run over midnight."""
    if manners.quiet is None:
        return False
    begin, end = manners.quiet
    clock = now.astimezone(NEW_YORK).time()
    return begin <= clock < end if begin <= end else clock >= begin or clock < end
