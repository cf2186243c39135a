"""The minute's arithmetic against a server that counts as the vendor does, with any delays on the way."""

import heapq
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.wire.minute import Minute
from collector.wire.told import Told

# Seconds on the way there, at the server, and back.
DELAYS = st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 3))
PAUSES = st.sampled_from([0.0, 0.01, 0.5, 7.0, 31.0, 57.0, 59.0, 61.0])
SENDS = st.lists(st.tuples(PAUSES, DELAYS, st.booleans()), min_size=1, max_size=120)


@dataclass
class Server:
    """A window that its first request opens; written after API.md 6, not after the code under test."""

    limit: int
    opened_at: float = float("-inf")
    count: int = 0
    refused: int = 0

    def arrives(self, at):
        if at - self.opened_at >= 60:
            self.opened_at, self.count = at, 0
        self.count += 1
        self.refused += self.count > self.limit

    def tells(self, at):
        """Remaining, milliseconds to the reset and the counter, as the headers have them."""
        left_ms = max(0, int((self.opened_at + 60 - at) * 1000))
        return {
            "remaining": max(0, self.limit - self.count),
            "reset_s": left_ms / 1000,
            "counter": self.count,
        }


@dataclass
class Host:
    """Three slots, one Minute; events in the order of their time."""

    server: Server
    minute: Minute = field(default_factory=Minute)
    at: float = 1000.0
    events: list = field(default_factory=list)
    underway: int = 0
    number: int = 0
    sent_at: list = field(default_factory=list)

    def run_until(self, at):
        while self.events and self.events[0][0] <= at:
            self.at, _, what = heapq.heappop(self.events)
            what()
        self.at = max(self.at, at)

    def later(self, delay_s, what):
        self.number += 1
        heapq.heappush(self.events, (self.at + delay_s, self.number, what))

    def send(self, delays, *, tells=True):
        while (wait_s := self.wait_s()) > 0:
            self.run_until(self.at + wait_s)
        opens = self.minute.spend(self.at, self.underway)
        serial = self.minute.serial
        self.underway += 1
        sent_at = self.at
        self.sent_at.append(sent_at)
        there, inside, back = delays

        def answered(told):
            self.underway -= 1
            self.minute.hear(Told(self.at, **told), serial, self.underway, sent_at=sent_at, opened=opens)

        def leaves():
            told = self.server.tells(self.at) if tells else {}
            self.later(back, lambda: answered(told))

        def arrives():
            self.server.arrives(self.at)
            self.later(inside, leaves)

        self.later(there, arrives)

    def wait_s(self):
        return 0.05 if self.underway >= 3 else self.minute.wait_s(self.at, self.underway)


@settings(max_examples=150, deadline=None)
@given(SENDS, st.integers(1, 12) | st.integers(1, 200))
def test_no_window_of_the_server_ever_gets_more_than_its_limit(sends, limit):
    host = Host(Server(limit))
    for pause_s, delays, _ in sends:
        host.run_until(host.at + pause_s)
        host.send(delays)
    host.run_until(host.at + 60)
    assert host.server.refused == 0


@settings(max_examples=100, deadline=None)
@given(SENDS)
def test_answers_without_headers_are_counted_by_ourselves(sends):
    host = Host(Server(120))
    for pause_s, delays, tells in sends * 3:
        host.run_until(host.at + pause_s)
        host.send(delays, tells=tells)
    assert host.server.refused == 0


@settings(max_examples=50, deadline=None)
@given(st.integers(4, 60), st.integers(2, 5))
def test_a_busy_host_uses_all_of_each_window(limit, windows):
    host = Host(Server(limit))
    for _ in range(limit * windows):
        host.send((0.001, 0.001, 0.001))
    # What was on its way at the turn of a window is counted twice: at most two of it.
    assert host.at - 1000 < 60.1 * windows
    assert len([at for at in host.sent_at if at < 1060]) == limit


@given(st.integers(1, 40), st.integers(0, 40))
def test_what_others_spend_with_the_same_key_is_believed(limit, foreign):
    minute = Minute()
    minute.spend(0.0, 0)
    left = max(0, limit - 1)
    minute.hear(
        Told(0.1, remaining=left, reset_s=59.0, counter=1), minute.serial, 0, sent_at=0.1, opened=True
    )
    assert minute.left == left
    minute.hear(
        Told(0.2, remaining=max(0, left - foreign), reset_s=58.9, counter=1 + foreign),
        minute.serial,
        0,
        sent_at=0.2,
        opened=False,
    )
    assert minute.left == max(0, left - foreign)


def test_before_the_first_answer_one_request_is_out_and_no_second():
    minute = Minute()
    assert minute.wait_s(0.0, 0) == 0
    minute.spend(0.0, 0)
    assert minute.wait_s(0.0, 1) > 0
    minute.hear(Told(0.1, remaining=499, reset_s=59.9, counter=1), 1, 0, sent_at=0.1, opened=True)
    assert (minute.wait_s(0.1, 1), minute.left, minute.limit) == (0, 499, 500)


def test_an_answer_of_the_window_before_changes_nothing():
    minute = Minute(limit=10, left=0, ends_at=60.0, serial=1, known=True)
    minute.spend(61.0, 1)
    assert minute.left == 8
    minute.hear(Told(61.1, remaining=0, reset_s=0.0, counter=10), 1, 1, sent_at=61.1, opened=False)
    assert (minute.left, minute.serial) == (8, 2)
    assert minute.ends_at > 120


def test_a_bought_larger_plan_counts_at_once():
    minute = Minute(limit=120, left=10, ends_at=60.0, serial=1, known=True)
    minute.hear(Told(5.0, remaining=390, reset_s=55.0, counter=110), 1, 0, sent_at=5.0, opened=False)
    assert (minute.limit, minute.left) == (500, 390)


def test_an_answer_that_names_a_much_later_end_is_of_a_window_that_we_did_not_see_open():
    minute = Minute(limit=10, left=5, ends_at=60.0, serial=1, known=True)
    minute.hear(Told(59.9, remaining=9, reset_s=59.5, counter=1), 1, 2, sent_at=59.9, opened=False)
    assert (minute.serial, minute.left) == (2, 7)
    assert 119.4 <= minute.ends_at < 119.5


def test_without_headers_a_window_ends_a_minute_after_the_answer_to_its_first_request():
    minute = Minute(limit=2, known=True)
    minute.spend(100.0, 0)
    minute.hear(Told(102.0), minute.serial, 0, sent_at=102.0, opened=True)
    minute.spend(103.0, 0)
    minute.hear(Told(104.0), minute.serial, 0, sent_at=104.0, opened=False)
    assert minute.wait_s(110.0, 0) == 52
    assert minute.wait_s(162.0, 0) == 0
