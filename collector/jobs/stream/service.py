"""`collector stream`: everything the live stream shows of the wanted symbols, within a second; REST stays the truth."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from collector.channels import registered
from collector.core import logging
from collector.core.channel import Channel
from collector.core.clock import Clock, new_york_date
from collector.core.errors import AnotherRun, CollectorError, SettingsError, Stopped, Terminal
from collector.core.settings import Settings
from collector.jobs.command import Command, settings_of
from collector.jobs.environment import release
from collector.jobs.lock import only_one
from collector.jobs.run import log_to
from collector.jobs.stop import Stop
from collector.jobs.stream.door import KIND, Door
from collector.jobs.stream.inbox import Inbox, Message
from collector.jobs.stream.listening import Listener, Wanted
from collector.store import disk
from collector.store.spool import Page
from collector.wire.socket import Socket

MOST_ROWS = 500
# Long enough that a burst shares a commit, short enough that nobody waits for it.
MORE_S = 0.1
# Each page in the spool is a file: fewer, larger ones while the database is away.
MORE_AWAY_S = 5.0
LOOK_S = 0.5
STATE_S = 5.0
# The vendor's limits (API.md 8).
JOINS_A_CONNECTION, MOST_CONNECTIONS = 50, 10

Say = Callable[[str], None]


@dataclass
class Service:
    """What is at work."""

    door: Door
    inbox: Inbox
    clock: Clock
    state_file: Path
    listeners: list[Listener] = field(default_factory=list)
    _next_state: float = 0.0
    _dropped: int = 0

    def serve(self, stop: Stop) -> None:
        """Until somebody asks it to end, or a connection says that there is no point in going on."""
        while True:
            stop.check()
            self._write(MORE_AWAY_S if self.door.is_away else MORE_S)
            self.door.tend()
            self._state()

    def finish(self) -> None:
        """Ends the connections and stores what they brought."""
        for listener in self.listeners:
            listener.over.set()
        for listener in self.listeners:
            listener.join(timeout=5)
        while self.inbox.waiting:
            self._write(0.0)
        self._next_state = 0.0
        self._state()

    def _write(self, more_s: float) -> None:
        for page in pages(self.inbox.take(MOST_ROWS, LOOK_S, more_s)):
            self.door.keep(page)

    def _state(self) -> None:
        """Every few seconds: a file for people and for the alerts, whole or not at all."""
        if time.monotonic() < self._next_state:
            return
        self._next_state = time.monotonic() + STATE_S
        if self.inbox.dropped > self._dropped:
            logging.error("dropped", messages=self.inbox.dropped - self._dropped, repaired_by="the next pass")
            self._dropped = self.inbox.dropped
        disk.put(self.state_file, json.dumps(self.facts(), indent=2, default=str), flushed=False)

    def facts(self) -> dict[str, object]:
        """Counts since the start, and times by the collector's clock."""
        counts, facts = self.door.counts, [one.facts for one in self.listeners]
        since = [one.since for one in facts]
        return {
            "written_at": self.clock.now().isoformat(),
            "connected_since": max(filter(None, since), default=None) if all(since) else None,
            "last_message_at": max(filter(None, (one.last_message_at for one in facts)), default=None),
            "refused": sorted(name for one in facts for name in one.refused),
            "connections_ended": sum(one.ended for one in facts),
            "received": self.inbox.received,
            "stored": counts.stored,
            "updated": counts.updated,
            "quarantined": counts.quarantined,
            "dropped": self.inbox.dropped + self.door.not_kept,
            "spooled": counts.spooled,
            "database": "away" if self.door.is_away else "there",
        }

    def message(self) -> str:
        """One line for people."""
        facts = self.facts()
        names = ("received", "stored", "updated", "quarantined", "dropped", "connections_ended")
        return ", ".join(f"{facts[name]} {name.replace('_', ' ')}" for name in names)


def stream(settings: Settings, say: Say) -> int:
    """Runs until it is asked to end; the exit code."""
    if not settings.stream_enabled:
        fix = "set collector_stream_enabled: true in the inventory and deploy"
        raise SettingsError([f"COLLECTOR_STREAM_ENABLED is false: {fix}"])
    wishes = wanted(settings)
    clock, stop = Clock(timedelta(seconds=settings.clock_offset_s)), Stop()
    stop.listen()
    log_to(settings, KIND)
    try:
        with only_one(KIND, settings.state_dir):
            return _at_work(settings, wishes, clock, stop, say)
    except AnotherRun as reason:
        raise Terminal(f"{reason}: wait for it, or end it first") from None


def _at_work(settings: Settings, wishes: Sequence[Wanted], clock: Clock, stop: Stop, say: Say) -> int:
    version = release()
    service = Service(
        Door(settings, clock, version), Inbox(), clock, Path(settings.state_dir) / "stream.json"
    )
    calendar = service.door.calendar()
    outcome, reason = "failed", ""

    def dial() -> Socket:
        return Socket(settings.api_url, settings.api_key, version)

    try:
        for wish in wishes:
            listener = Listener(dial, wish, service.inbox, clock, calendar)
            service.listeners.append(listener)
            listener.start()
        say(f"streaming {', '.join(name for wish in wishes for name in wish.joins)}")
        service.serve(stop)
    except Stopped:
        outcome = "stopped"
    except CollectorError as error:
        reason = f"{error}; "
        raise
    finally:
        service.finish()
        message = reason + service.message()
        service.door.close(outcome, message)
        logging.event("end", outcome=outcome, message=message)
        say(message)
    return 0


def wanted(settings: Settings) -> list[Wanted]:
    """What to join, parted by connections; SettingsError when it is more than the vendor allows."""
    joins = [(name, channel) for channel in chosen(settings) for name in channel.joins(settings.symbols)]
    most = JOINS_A_CONNECTION * MOST_CONNECTIONS
    if len(joins) > most:
        fix = "name fewer symbols, or leave option_trades out of COLLECTOR_STREAM_CHANNELS"
        raise SettingsError([f"the live stream would join {len(joins)} channels and may join {most}: {fix}"])
    return [Wanted(dict(part), settings.symbols, settings.stream_silence_s) for part in _parts(joins)]


def _parts(joins: Sequence[tuple[str, Channel]]) -> Iterator[list[tuple[str, Channel]]]:
    rest = iter(joins)
    while part := list(islice(rest, JOINS_A_CONNECTION)):
        yield part


def chosen(settings: Settings) -> list[Channel]:
    """The channels of the settings."""
    return [channel for channel in registered() if channel.name in settings.stream_channels]


def pages(messages: Sequence[Message]) -> Iterator[Page]:
    """One page for each channel and symbol, in the order in which the messages came."""
    found: dict[tuple[str, str], list[Message]] = {}
    for message in messages:
        found.setdefault((message.channel.source.name, message.symbol), []).append(message)
    for (feed, symbol), of_one in found.items():
        at: datetime = of_one[0].received_at
        yield Page(feed, symbol, new_york_date(at), at, [message.payload for message in of_one])


def _stream(arguments: Namespace, say: Say) -> int:
    return stream(settings_of(arguments), say)


COMMAND = Command("stream", "listen to the live stream until it is asked to end (a service)", _stream)
