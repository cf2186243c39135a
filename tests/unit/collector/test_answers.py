"""Each answer of the vendor becomes the error that says what to do."""

import json
from decimal import Decimal

import pytest

from collector.core import errors
from collector.wire.answers import remaining, reset_s, value_of

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
    (429, json.dumps(CONCURRENT).encode(), errors.RateLimited),
    (429, b'{"message":"120 a minute"}', errors.RateLimited),
    (429, HTML, errors.RateLimited),
    (500, b"Something went wrong", errors.Transient),
    (502, HTML, errors.Transient),
    (503, b"", errors.Transient),
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


def test_too_many_in_flight_is_a_short_wait_although_it_talks_of_plans():
    with pytest.raises(errors.RateLimited) as caught:
        value_of(429, {"x-uw-req-per-minute-reset": "51025"}, json.dumps(CONCURRENT).encode())
    assert 0.25 <= caught.value.wait_s <= 0.5


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
    assert remaining({}) is None
    assert remaining({"x-uw-req-per-minute-remaining": "-"}) is None
    assert remaining({"x-uw-req-per-minute-remaining": "0"}) == 0
    assert reset_s({"x-uw-req-per-minute-reset": "-5"}) == 0
