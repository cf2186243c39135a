"""Values become exact, or one row is refused by the name of its key."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from collector.core import parse
from collector.core.errors import Unparsable


@pytest.mark.parametrize(
    ("value", "expected"), [("0.10", "0.10"), (7, "7"), ("-3", "-3"), (Decimal("1.25"), "1.25")]
)
def test_numbers_keep_their_digits(value, expected):
    assert str(parse.number(value, "x")) == expected


@pytest.mark.parametrize("value", ["", "abc", "NaN", "Infinity", "1e99", True, 0.1, [], {}])
def test_what_is_not_an_exact_number_is_refused(value):
    with pytest.raises(Unparsable, match="x is not"):
        parse.number(value, "x")


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, "1.5"])
def test_an_integer_that_postgresql_cannot_hold_is_refused(value):
    with pytest.raises(Unparsable, match="64-bit"):
        parse.integer({"x": value}, "x")
    assert parse.integer({"x": 2**63 - 1}, "x") == 2**63 - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T15:04:05Z", datetime(2026, 11, 20, 15, 4, 5, tzinfo=timezone.utc)),
        ("2026-11-20T10:04:05-05:00", datetime(2026, 11, 20, 15, 4, 5, tzinfo=timezone.utc)),
        ("2026-11-20T15:04:05.1Z", datetime(2026, 11, 20, 15, 4, 5, 100000, tzinfo=timezone.utc)),
        ("2026-11-20T15:04:05.123456789Z", datetime(2026, 11, 20, 15, 4, 5, 123456, tzinfo=timezone.utc)),
    ],
)
def test_times_are_read_with_any_fraction_and_zone(text, expected):
    assert parse.instant(text, "x") == expected


@pytest.mark.parametrize(
    "value", ["2026-11-20T15:04:05", "noon", 5, "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_a_time_without_a_zone_or_sense_is_refused(value):
    with pytest.raises(Unparsable):
        parse.instant(value, "x")


@pytest.mark.parametrize("value", ["a\x00b", "\ud800"])
def test_text_that_postgresql_refuses_costs_one_row_not_the_page(value):
    with pytest.raises(Unparsable):
        parse.text(value, "x")
    with pytest.raises(Unparsable):
        parse.rest({"new": value}, ())


def test_unknown_keys_are_kept_as_they_came():
    assert parse.rest({"a": 1, "b": {"c": [None, "é"]}}, ("a",)) == '{"b": {"c": [null, "é"]}}'


def test_a_required_key_that_is_missing_or_null_is_named():
    for raw in ({}, {"price": None}):
        with pytest.raises(Unparsable, match="price is missing"):
            parse.some_number(raw, "price")
