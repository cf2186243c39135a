"""Verdicts of the probe from answers that the simulator does not give."""

import json
from datetime import datetime, timezone

import pytest

from collector.jobs.probe import verdicts
from collector.wire.look import Looked

OPENS = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)


def looked(value, status=200, headers=None):
    text = value if isinstance(value, str) else json.dumps(value)
    return Looked("GET /", status, text, headers or {})


def trade(second=0, volume=1, *, canceled=False, tracking_id=5, premium="150000.00"):
    return {
        "executed_at": f"2026-11-20T15:00:{second:02}Z",
        "tracking_id": tracking_id,
        "price": "1",
        "size": 1,
        "volume": volume,
        "premium": premium,
        "canceled": canceled,
    }


def tide(*minutes):
    return looked({"data": [{"timestamp": f"2026-11-20T10:{minute:02}:00-05:00"} for minute in minutes]})


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (tide(30, 31, 32), "1 minute"),
        (tide(40, 30, 35), "5 minutes"),
        (tide(30), "not seen: fewer than two rows"),
        (looked({"code": "advanced_tier_required"}, 403), "not seen: 403: advanced_tier_required"),
    ],
)
def test_the_step_of_the_tide_is_the_least_distance_of_two_rows(found, step):
    assert verdicts.step(found) == step


def test_a_cancel_that_stands_beside_its_print_is_told_from_one_that_rewrites_it():
    rewritten = [trade(1, canceled=True), trade(2, tracking_id=6)]
    assert verdicts.cancels(rewritten).startswith("rewrites the row: 1 of 2 prints")
    beside = [trade(1), trade(1, canceled=True)]
    assert verdicts.cancels(beside).startswith("adds a row (1 stand beside")


def test_a_correction_is_another_row_of_the_same_millisecond():
    rows = [trade(1, canceled=True), trade(1, volume=2)]
    assert verdicts.cancels(rows).endswith("1 of them have another row of the same millisecond")


def test_rows_that_two_pages_share_count_once():
    assert len(verdicts.distinct([trade(1), trade(1), trade(1, canceled=True), trade(2)])) == 3


@pytest.mark.parametrize(
    ("body", "status", "verdict"),
    [
        ("", 401, "401, no JSON code: '', without x-uw headers"),
        ("<html>no</html>", 403, "not a 401 but 403: <html>no</html>"),
        ({"data": []}, 200, 'not a 401 but 200: {"data": []}'),
    ],
)
def test_a_wrong_key_may_be_answered_in_other_ways(body, status, verdict):
    assert verdicts.wrong_key(looked(body, status)) == verdict


@pytest.mark.parametrize(("first", "word"), [(1, "honoured"), (59, "ignored")])
def test_the_first_row_says_whether_the_order_was_honoured(first, word):
    newest = [trade(59), trade(40), trade(1)]
    said = verdicts.order_asc(looked({"data": [trade(first)]}), OPENS, newest)
    assert said.startswith(word)


def test_a_plan_that_reaches_two_years_back_is_no_boundary():
    found = looked({"data": [trade()]})
    assert verdicts.history(found, "2024-11-20") == "reaches back to 2024-11-20 at least (1 rows)"


def test_no_answer_at_all_is_said_as_that():
    nothing = Looked("GET /", 0, "no answer (ConnectTimeout)")
    assert verdicts.feed(nothing) == "unclear (no answer (ConnectTimeout))"
    assert verdicts.floor(nothing, nothing) == "not seen: no answer (ConnectTimeout)"
