"""Open interest of the morning."""

import json
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from collector.core.errors import Unparsable
from collector.core.source import Seen
from collector.sources import oi_change

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "oi_change.json"
RAW = json.loads(FIXTURE.read_text())["data"][0]
SEEN = Seen("SPY", date(2026, 11, 20), datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc))


def test_each_number_of_the_answer_has_the_column_of_its_name():
    (row,) = oi_change.read(RAW, SEEN)
    for key in oi_change.NUMBERS:
        assert str(getattr(row, key)) == str(RAW[key])
    assert json.loads(row.extra) == {}


def test_a_contract_keeps_its_own_days_when_another_one_was_asked_for():
    (row,) = oi_change.read({**RAW, "curr_date": "2026-11-19", "last_date": "2026-11-18"}, SEEN)
    assert (row.curr_date.isoformat(), row.last_date.isoformat()) == ("2026-11-19", "2026-11-18")


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("underlying_symbol", "QQQ", "underlying_symbol is not SPY"),
        ("option_symbol", "", "option_symbol is empty"),
        ("curr_oi", None, "curr_oi is missing"),
        ("curr_date", None, "curr_date is missing"),
        ("last_date", "yesterday", "last_date is not a date"),
    ],
)
def test_a_contract_that_cannot_be_told_is_refused(key, value, reason):
    with pytest.raises(Unparsable, match=reason):
        oi_change.read({**RAW, key: value}, SEEN)
