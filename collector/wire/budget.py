"""One budget for all processes of the host: who may ask now, who waits, who is left out."""

from __future__ import annotations

import os
import random
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.core.clock import NEW_YORK
from collector.core.errors import CircuitOpen, DailyLimit, Spared
from collector.wire import breaker, spending, steady
from collector.wire.day import budget_day
from collector.wire.minute import POLL_S
from collector.wire.shared import Shared
from collector.wire.spending import Call
from collector.wire.state import MOST_IN_FLIGHT, State, Underway, Waiter
from collector.wire.told import Told

# The server may still be at work on what a process asked that has died since.
GRACE_S = 3.0
# A waiter comes back this much after its wait at the latest, or is dead.
LATE_S = 0.5
# Outcomes that do not show the feed and its host to be well; a refusal of the budget says nothing either way.
_UNWELL = frozenset(
    ("network", "5xx", "unreadable", "403 edge", "unanswered", "429 minute", "429 in flight", "429 day")
)


@dataclass
class Permit:
    """One request may be sent; its slot is held until it is given back."""

    call: Call
    slot: str
    lock: int
    serial: int
    sent_at: float
    opens: bool


class Budget:
    """Shared through the files of one folder; safe for threads."""

    def __init__(
        self,
        state_dir: str,
        reserve_percent: int = 10,
        clock: steady.Steady = steady.seconds,
        boot: str | None = None,
    ) -> None:
        self.steady = clock
        self._reserve_percent = reserve_percent
        self._shared = Shared(state_dir, steady.boot() if boot is None else boot)

    def look(self) -> State:
        """As it stands, for showing."""
        return self._shared.look(self.steady())

    def admit(self, call: Call, now: datetime) -> bool:
        """CircuitOpen, or True when this is a breaker's one trial: it is not to be repeated."""
        at = self.steady()
        with self._shared.changing(at) as state:
            closed = breaker.first_open(state.breakers, call.feed, at)
            if closed:
                name, wait_s = closed
                what = "the API" if name == breaker.HOST else call.feed
                again = _minute_after(now + timedelta(seconds=wait_s))
                raise CircuitOpen(f"{what} failed again and again: asked again at {again} New York", wait_s)
            return breaker.take_trial(state.breakers, call.feed, at)

    def ask(self, call: Call, now: datetime) -> Permit | float:
        """A permit, or the seconds after which to ask again; DailyLimit and Spared when waiting is no use."""
        at = self.steady()
        with self._shared.changing(at) as state:
            today = budget_day(now).isoformat()
            state.day.turn(today)
            state.priorities[call.feed] = call.priority
            self._refuse(state, call, today, at)
            self._bury(state, at)
            me = f"{os.getpid()}.{threading.get_ident()}"
            state.waiting.pop(me, None)
            wait_s = state.minute.wait_s(at, len(state.underway)) or _turn_s(state, call, at)
            slot = None if wait_s else self._slot(state)
            if slot is None:
                wait_s = _spread(wait_s or POLL_S)
                state.waiting[me] = Waiter(call.rank, at + wait_s + LATE_S)
                return wait_s
            return _send(state, call, slot, at)

    def give_back(self, permit: Permit, told: Told | None, outcome: str, now: datetime) -> None:
        """The request is over: corrects the counts by its headers, None when none came."""
        try:
            with self._shared.changing(self.steady()) as state:
                state.underway.pop(permit.slot, None)
                spending.note(
                    state.spent,
                    budget_day(now).isoformat(),
                    permit.call.feed,
                    permit.call.purpose,
                    outcome,
                )
                if outcome not in _UNWELL:
                    breaker.answered(state.breakers, permit.call.feed)
                if told is not None:
                    if told.remaining is not None or told.day_count is not None:
                        state.told_at = now.isoformat(timespec="seconds")
                    others = len(state.underway)
                    state.minute.hear(
                        told, permit.serial, others, sent_at=permit.sent_at, opened=permit.opens
                    )
                    state.day.hear(told, refused=outcome == "429 day")
        finally:
            os.close(permit.lock)

    def minute_refused(self, wait_s: float) -> None:
        """The server counts more than we do."""
        at = self.steady()
        with self._shared.changing(at) as state:
            state.minute.refuse(at + wait_s)

    def in_flight_refused(self, limit: int | None) -> None:
        """The server named its limit."""
        if limit is not None and 1 <= limit <= MOST_IN_FLIGHT:
            with self._shared.changing(self.steady()) as state:
                state.in_flight = limit

    def failed(self, call: Call, *, host: bool) -> None:
        """A call failed after its retries; `host` when the network or the server did."""
        at = self.steady()
        with self._shared.changing(at) as state:
            breaker.failed(state.breakers, call.feed, at, host=host)

    def _refuse(self, state: State, call: Call, today: str, at: float) -> None:
        if state.day.spent(at):
            raise DailyLimit("the day's requests are spent; they come back at 20:00 New York")
        reserve = state.day.limit * self._reserve_percent // 100
        quota = spending.Quota(today, state.day.limit, reserve)
        kept = spending.keep(state.spent, state.priorities, quota, call)
        if 0 < state.day.left <= kept:
            raise Spared(
                f"the day's last {state.day.left:,} requests are kept for more valuable feeds; "
                "more come at 20:00 New York"
            )

    def _bury(self, state: State, at: float) -> None:
        """Forgets requests of processes that have died: the kernel gave their slots back."""
        for number, one in list(state.underway.items()):
            lock = self._shared.take_slot(number) if at - one.sent_at >= GRACE_S else None
            if lock is not None:
                os.close(lock)
                del state.underway[number]
                spending.note(state.spent, state.day.date, one.feed, one.purpose, "unanswered")
        state.waiting = {who: one for who, one in state.waiting.items() if one.until > at}

    def _slot(self, state: State) -> tuple[str, int] | None:
        for number in map(str, range(state.in_flight)):
            lock = None if number in state.underway else self._shared.take_slot(number)
            if lock is not None:
                return number, lock
        return None


def _turn_s(state: State, call: Call, at: float) -> float:
    """The most valuable waiter first."""
    ahead = any(one.rank < call.rank and one.until > at for one in state.waiting.values())
    return POLL_S if ahead else 0.0


def _send(state: State, call: Call, slot: tuple[str, int], at: float) -> Permit:
    number, lock = slot
    opens = state.minute.spend(at, len(state.underway))
    state.day.spend(at)
    state.underway[number] = Underway(call.feed, call.purpose, at)
    return Permit(call, number, lock, state.minute.serial, at, opens)


def _spread(wait_s: float) -> float:
    """A little longer, so that the waiting do not knock together."""
    return wait_s + random.uniform(0.0, POLL_S)  # noqa: S311 - spreads load, guards nothing


def _minute_after(at: datetime) -> str:
    """New York's; to the minute, so that all who are told so in one pass are told the same."""
    return f"{(at + timedelta(seconds=59)).astimezone(NEW_YORK):%H:%M}"
