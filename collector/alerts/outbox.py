"""The box in the database: messages about the market, written with their cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.alerts.deliver import KEPT, STUCK_AFTER, Channel, Stuck, Waiting
from collector.alerts.message import Message, Page
from collector.store import outbox, reads


class DatabaseBox:
    """Each step is committed before the next: what was sent is marked before anything else is tried."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def route(self, channels: Sequence[Channel], now: datetime) -> None:
        """Chooses the channels of what is new, and anew of what waits for one that is gone."""
        if not channels:
            return
        pairs = [(one.name, severity) for one in channels for severity in one.severities]
        names, severities = [name for name, _ in pairs], [severity for _, severity in pairs]
        outbox.write(self._connection, "outbox_reroute", channels=[one.name for one in channels])
        outbox.write(self._connection, "outbox_route", channels=names, severities=severities, now=now)

    def waiting(self, channel: str, now: datetime) -> list[Waiting]:
        """What is due for it, the oldest first."""
        found = reads.rows(self._connection, "outbox_waiting", channel=channel, now=now)
        return [Waiting(Message(f"m{row[0]}", *row[1:7]), *row[7:]) for row in found]

    def sent(self, channel: str, since: datetime) -> int:
        """Notifications that it has taken since then."""
        return int(reads.rows(self._connection, "outbox_sent", channel=channel, since=since)[0][0])

    def delivered(self, channel: str, ids: Sequence[str], at: datetime) -> None:
        """It has taken these; a page that no channel waits for any more is let go."""
        outbox.write(self._connection, "outbox_delivered", channel=channel, ids=_numbers(ids), at=at)
        outbox.write(self._connection, "outbox_pages_forget", before=at - KEPT)

    def failed(self, channel: str, ids: Sequence[str], next_at: datetime, error: str) -> None:
        """It has not."""
        outbox.write(
            self._connection,
            "outbox_failed",
            channel=channel,
            ids=_numbers(ids),
            next_at=next_at,
            error=error,
        )

    def pages(self, ids: Sequence[str]) -> list[Page]:
        """The files that go with these messages."""
        found = reads.rows(self._connection, "outbox_pages", ids=_numbers(ids))
        return [Page(name, bytes(content)) for _, name, content in found]

    def stuck(self) -> list[Stuck]:
        """Channels that have refused again and again, and still do."""
        return [Stuck(*row) for row in reads.rows(self._connection, "outbox_stuck", attempts=STUCK_AFTER)]


def _numbers(ids: Sequence[str]) -> list[int]:
    return [int(one[1:]) for one in ids]
