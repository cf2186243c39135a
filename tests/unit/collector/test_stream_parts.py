"""The live stream's parts that need neither network nor database."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from collector.channels import registered
from collector.core.errors import BadKey, NotInPlan, SettingsError, Transient
from collector.core.sessions import Calendar, Session
from collector.core.settings import Settings
from collector.jobs.stream.inbox import Inbox, Message
from collector.jobs.stream.listening import LONGEST_WAIT_S, back_off, is_silent
from collector.jobs.stream.service import pages, wanted
from collector.wire import socket

OPENS = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)
CLOSES = datetime(2026, 11, 20, 21, 0, tzinfo=timezone.utc)
CALENDAR = Calendar((Session(date(2026, 11, 20), OPENS, CLOSES, CLOSES + timedelta(minutes=15)),))
CHANNELS = {channel.name: channel for channel in registered()}
SETTINGS = Settings("k", stream_enabled=True)


def message(number, symbol="SPY", channel="off_lit_trades", after_s=0):
    return Message(CHANNELS[channel], symbol, {"n": number}, OPENS + timedelta(seconds=after_s))


def after(seconds):
    return OPENS + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("quiet_since", "now", "silent"),
    [
        (after(100), after(160), False),
        (after(100), after(161), True),
        (after(-3600), after(60), False),  # quiet before the bell does not count
        (after(-3600), after(61), True),
        (after(-3600), after(-1), False),
        (CLOSES - timedelta(seconds=10), CLOSES + timedelta(hours=1), False),
        (OPENS + timedelta(days=1), OPENS + timedelta(days=1, hours=1), False),  # no session
    ],
)
def test_only_quiet_in_regular_hours_is_silence(quiet_since, now, silent):
    assert is_silent(CALENDAR, quiet_since, now, 60) is silent


def test_the_wait_before_a_new_connection_doubles_up_to_a_minute():
    waits = [back_off(attempt) for attempt in range(1, 12)]
    for attempt, wait_s in enumerate(waits):
        longest = min(0.5 * 2**attempt, LONGEST_WAIT_S)
        assert longest / 2 <= wait_s <= longest


def test_an_inbox_that_is_full_drops_and_counts_and_keeps_what_it_has():
    inbox = Inbox(most=2)
    for number in range(5):
        inbox.put(message(number))
    assert (inbox.received, inbox.dropped) == (5, 3)
    assert [one.payload["n"] for one in inbox.take(10, 0, 0)] == [0, 1]
    assert not inbox.waiting


def test_no_more_than_asked_for_is_taken_at_once():
    inbox = Inbox()
    for number in range(5):
        inbox.put(message(number))
    assert [len(inbox.take(2, 0, 0)) for _ in range(4)] == [2, 2, 1, 0]


def test_an_error_for_good_is_raised_behind_the_last_message():
    inbox = Inbox()
    inbox.put(message(1))
    inbox.fail(NotInPlan("no"))
    assert len(inbox.take(9, 0, 0)) == 1
    with pytest.raises(NotInPlan):
        inbox.take(9, 0, 0)


def test_messages_become_one_page_a_channel_and_symbol_in_their_order():
    found = list(
        pages([message(1), message(2, "QQQ"), message(3, after_s=5), message(4, channel="flow-alerts")])
    )
    assert [(page.feed, page.symbol, [row["n"] for row in page.rows]) for page in found] == [
        ("stream_off_lit_trades", "SPY", [1, 3]),
        ("stream_off_lit_trades", "QQQ", [2]),
        ("stream_flow_alerts", "SPY", [4]),
    ]
    assert (found[0].fetched_at, found[0].session_date, found[0].covered) == (OPENS, date(2026, 11, 20), None)


def test_joins_are_parted_so_that_no_connection_has_more_than_fifty():
    many = tuple(f"S{number}" for number in range(120))
    wishes = wanted(replace(SETTINGS, symbols=many))
    assert [len(wish.joins) for wish in wishes] == [50, 50, 22]
    assert len({name for wish in wishes for name in wish.joins}) == 122


def test_more_joins_than_the_vendor_allows_are_refused_with_the_fix():
    many = tuple(f"S{number}" for number in range(499))
    with pytest.raises(SettingsError, match=r"501 channels and may join 500: name fewer symbols"):
        wanted(replace(SETTINGS, symbols=many))


def test_a_frame_keeps_the_digits_of_its_numbers():
    frame = socket.read('["flow-alerts",{"total_premium":204000.10}]')
    assert frame is not None
    assert frame.joined is None
    assert (frame.channel, frame.payload) == ("flow-alerts", {"total_premium": Decimal("204000.10")})


@pytest.mark.parametrize(("status", "joined"), [("ok", True), ("error", False)])
def test_the_answer_to_a_join_is_no_payload(status, joined):
    frame = socket.read(json.dumps(["price", {"response": {}, "status": status}]))
    assert frame is not None
    assert frame.joined is joined


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '["a"]', '["a",7]', "[1,{}]", '["a",{"b":NaN}]', b"\xff"]
)
def test_a_frame_that_nobody_can_read_is_none(text):
    assert socket.read(text) is None


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b"Your token lacks the websocket scope.", NotInPlan),
        (403, b"websocket_scope_required", NotInPlan),
        (401, b"This needs the Advanced plan", NotInPlan),
        (403, b"<html>our plan is to be back</html>", Transient),
        (401, b"", BadKey),
        (401, b"invalid token", BadKey),
        (403, b"<html>edge</html>", Transient),
        (429, b"Too many connections", Transient),
        (502, b"\xff\xfe", Transient),
    ],
)
def test_a_refused_connection_says_what_to_do(status, body, error):
    with pytest.raises(error):
        socket._refused(status, body)
