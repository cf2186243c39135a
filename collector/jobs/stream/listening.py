"""One connection that is made again whenever it ends: joins, reads, notices silence."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from collector.core import logging
from collector.core.channel import Channel
from collector.core.clock import Clock
from collector.core.errors import NotInPlan, Transient
from collector.core.sessions import Calendar
from collector.core.source import MARKET
from collector.jobs.stream.inbox import Inbox, Message
from collector.wire.socket import Frame, Socket

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0
# A connection that lived so long was a good one: the next wait is short again.
GOOD_S = 60.0
JOINED_S = 15.0
# How soon a stop or silence is noticed.
LOOK_S = 0.5


@dataclass
class Connected:
    """What is known of one connection; times are the collector's clock."""

    since: datetime | None = None
    last_message_at: datetime | None = None
    ended: int = 0
    refused: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Wanted:
    """What is listened to. `joins` are the vendor's words, each with its channel; `symbols` are stored."""

    joins: Mapping[str, Channel]
    symbols: Sequence[str]
    silence_s: int


class Listener(threading.Thread):
    """Fills the inbox until `stop` is set, or until an error that no new connection mends."""

    def __init__(
        self, dial: Callable[[], Socket], wanted: Wanted, inbox: Inbox, clock: Clock, calendar: Calendar
    ) -> None:
        super().__init__(name="listener", daemon=True)
        self.facts = Connected()
        self.over = threading.Event()
        self._dial = dial
        self._wanted = wanted
        self._inbox = inbox
        self._clock = clock
        self._calendar = calendar

    def run(self) -> None:
        """Connects again after every end; waits longer each time until one connection was good."""
        attempt = 0
        while not self.over.is_set():
            began = time.monotonic()
            try:
                self._one_connection()
            except Transient as reason:
                self.facts.since = None
                self.facts.ended += 1
                attempt = 1 if time.monotonic() - began > GOOD_S else attempt + 1
                wait_s = back_off(attempt)
                logging.warning("stream", reason=reason, attempt=attempt, wait_s=round(wait_s, 2))
                self.over.wait(wait_s)
            except Exception as reason:  # noqa: BLE001 - the writer raises it: a thread that dies is heard by nobody
                self._inbox.fail(reason)
                return

    def _one_connection(self) -> None:
        with closing(self._dial()) as socket:
            for name in self._wanted.joins:
                socket.join(name)
            waiting = set(self._wanted.joins)
            deadline = time.monotonic() + JOINED_S
            self.facts.since = quiet_since = self._clock.now()
            while not self.over.is_set():
                frame = socket.receive(LOOK_S)
                now = self._clock.now()
                if frame is not None and frame.joined is not None:
                    self._answered(frame, waiting)
                elif frame is not None:
                    self._heard(frame, now)
                    quiet_since = now
                if waiting and time.monotonic() > deadline:
                    raise Transient(f"{len(waiting)} joins were not answered")
                # Asked in quiet moments only: looking up the session takes longer than a message may.
                if frame is None and is_silent(self._calendar, quiet_since, now, self._wanted.silence_s):
                    raise Transient(f"no message for {self._wanted.silence_s} s while the market is open")

    def _answered(self, frame: Frame, waiting: set[str]) -> None:
        waiting.discard(frame.channel)
        if frame.joined:
            self.facts.refused.discard(frame.channel)
            logging.event("joined", channel=frame.channel)
            return
        self.facts.refused.add(frame.channel)
        logging.error("join refused", channel=frame.channel, reason=frame.payload.get("response"))
        if self.facts.refused >= set(self._wanted.joins):
            raise NotInPlan("the API plan has none of the channels that COLLECTOR_STREAM_CHANNELS names")

    def _heard(self, frame: Frame, now: datetime) -> None:
        """Everything is a sign of life; only what is wanted is kept."""
        self.facts.last_message_at = now
        channel = self._wanted.joins.get(frame.channel)
        if channel is None:
            return
        symbol = channel.symbol(frame.payload)
        if symbol in self._wanted.symbols or symbol == MARKET:
            self._inbox.put(Message(channel, symbol, frame.payload, now))


def back_off(attempt: int) -> float:
    """Seconds until the next attempt: doubling, with a spread so that collectors do not knock together."""
    longest = min(FIRST_WAIT_S * 2.0 ** (attempt - 1), LONGEST_WAIT_S)
    return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, guards nothing


def is_silent(calendar: Calendar, quiet_since: datetime, now: datetime, silence_s: int) -> bool:
    """Whether nothing came for too long in regular hours; outside of them quiet is normal."""
    session = calendar.at(now)
    if session is None or not session.opens_at <= now < session.closes_at:
        return False
    return (now - max(quiet_since, session.opens_at)).total_seconds() > silence_s
