"""Each answer of the vendor becomes the error that says what to do."""

import json
from datetime import date
from decimal import Decimal

import pytest

from collector.core import errors
from collector.wire.answers import outcome, retry_after_s, value_of
from collector.wire.told import told

HTML = b"<!DOCTYPE html><html></html>"
CONCURRENT = {
    "message": "You have exceeded 3 concurrent requests, the maximum for your plan. Upgrade your plan"
}
CASES = [
    (401, b'{"code":"unauthorized"}', errors.BadKey),
    (401, HTML, errors.BadKey),
    (403, b'{"code":"historic_data_access_missing","message":"earliest 2026-03-11"}', errors.HistoryLimit),
    (403, b'{"code":"advanced_tier_required"}', errors.NotInPlan),
    (403, b'{"code":"websocket_scope_required"}', errors.NotInPlan),
    (403, HTML, errors.Transient),
    (404, b"{}", errors.UnknownSymbol),
    (404, b'{"error":"Route not found"}', errors.Terminal),
    (422, b'{"msg":"Invalid path input: X"}', errors.Terminal),
    (422, b'{"msg":"Missing access for full tape."}', errors.NotInPlan),
    (429, b'{"code":"daily_request_limit_hit"}', errors.DailyLimit),
    (429, json.dumps(CONCURRENT).encode(), errors.InFlight),
    (429, b'{"message":"120 a minute"}', errors.RateLimited),
    (429, HTML, errors.RateLimited),
    (500, b"Something went wrong", errors.Unreachable),
    (502, HTML, errors.Unreachable),
    (503, b"", errors.Unreachable),
    (302, b"", errors.Terminal),
    (200, HTML, errors.Transient),
    (200, b"", errors.Transient),
    (200, b'{"data":[{"a":1}', errors.Transient),
    (200, b"\xff\xfe\x00", errors.Transient),
    (200, b'{"data":NaN}', errors.Transient),
]


@pytest.mark.parametrize(("status", "body", "error"), CASES, ids=lambda case: str(case)[:40])
def test_each_answer_has_its_own_error(status, body, error):
    with pytest.raises(errors.CollectorError) as caught:
        value_of(status, {}, body)
    assert type(caught.value) is error


def refused(status, body, **headers):
    with pytest.raises(errors.CollectorError) as caught:
        value_of(status, headers, body)
    return caught.value


def test_too_many_in_flight_is_a_short_wait_although_it_talks_of_plans_and_names_the_limit():
    reason = refused(429, json.dumps(CONCURRENT).encode(), **{"x-uw-req-per-minute-reset": "51025"})
    assert 0.25 <= reason.wait_s <= 0.5
    assert reason.limit == 3


@pytest.mark.parametrize(
    ("message", "earliest"),
    [
        ("The earliest date currently available to you is 2026-03-11 (30 trading days) so 2026-01-02 in", 11),
        ("The earliest date is 2026-13-45", None),
        ("Nothing for 2026-03-11", None),
    ],
)
def test_the_plans_first_day_is_read_from_what_the_vendor_says(message, earliest):
    body = json.dumps({"code": "historic_data_access_missing", "message": message}).encode()
    assert refused(403, body).earliest == (earliest and date(2026, 3, earliest))


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "-7"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 9000}, None),
        ({"retry-after": "Tue, 24 Nov 2026 14:00:40 GMT"}, None),
        ({"retry-after": "Tue, 24 Nov 2026 14:00:40 GMT", "date": "Tue, 24 Nov 2026 14:00:00 GMT"}, 40),
        ({"retry-after": "Tue, 24 Nov 2026 13:00:40 GMT", "date": "Tue, 24 Nov 2026 14:00:00 GMT"}, 0),
    ],
)
def test_retry_after_is_read_by_the_servers_own_clock(headers, wait_s):
    assert retry_after_s(headers) == wait_s


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (429, b'{"code":"daily_request_limit_hit"}', "429 day"),
        (429, json.dumps(CONCURRENT).encode(), "429 in flight"),
        (429, b"{}", "429 minute"),
        (403, b'{"code":"historic_data_access_missing"}', "403 history"),
        (403, b'{"code":"advanced_tier_required"}', "403 plan"),
        (403, HTML, "403 edge"),
        (404, b"{}", "404"),
        (503, b"", "5xx"),
        (200, HTML, "unreadable"),
    ],
)
def test_each_kind_of_refusal_has_its_own_word_in_the_ledger(status, body, word):
    assert outcome(status, refused(status, body)) == word


def test_what_broke_off_is_the_networks_whatever_its_status_was():
    assert outcome(None, errors.Unreachable("x")) == outcome(200, errors.Unreachable("x")) == "network"


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"x-uw-req-per-minute-reset": "51025"}, 51.025),
        ({}, 60.0),
        ({"x-uw-req-per-minute-reset": "soon"}, 60.0),
        ({"x-uw-req-per-minute-reset": "99999999"}, 60.0),
        ({"x-uw-req-per-minute-reset": "51025", "retry-after": "3"}, 3.0),
    ],
)
def test_the_minute_is_waited_for_in_milliseconds(headers, wait_s):
    with pytest.raises(errors.RateLimited) as caught:
        value_of(429, headers, b"{}")
    assert caught.value.wait_s == wait_s


def test_numbers_of_an_answer_stay_exact():
    assert value_of(200, {}, b'{"data":[{"price":0.1}]}') == {"data": [{"price": Decimal("0.1")}]}


def test_budget_headers_may_be_missing_or_nonsense():
    assert told({}, 7.0).remaining is None
    assert told({"x-uw-req-per-minute-remaining": "-"}, 7.0).remaining is None
    assert told({"x-uw-req-per-minute-remaining": "-1"}, 7.0).remaining is None
    assert told({"x-uw-req-per-minute-remaining": "0"}, 7.0).remaining == 0
    assert told({"x-uw-req-per-minute-reset": "-5"}, 7.0).reset_s == 0
    assert told({"x-uw-req-per-minute-reset": "99999999"}, 7.0).reset_s == 60
