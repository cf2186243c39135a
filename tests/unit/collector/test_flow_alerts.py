"""Flow alerts: what is peculiar to them."""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from collector.core.errors import Unparsable
from collector.core.source import Seen
from collector.jobs import answer
from collector.jobs.collect import since
from collector.jobs.paging import Page
from collector.sources.flow_alerts import SOURCE

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures/flow_alerts.json"
NOW = datetime(2026, 11, 21, 1, 0, tzinfo=timezone.utc)
SEEN = Seen("SPY", date(2026, 11, 20), NOW, Decimal("21.5"))


def read(**changed):
    first = json.loads(FIXTURE.read_text())["data"][0]
    (row,) = SOURCE.parse({**first, **changed}, SEEN)
    return row


def test_every_column_of_an_alert_is_filled():
    row = read()
    assert (row.premium, row.contract_size, row.strike) == (Decimal(186705), Decimal(461), Decimal(680))
    assert (row.expiry, row.iv_rank) == (date(2026, 12, 18), Decimal("21.5"))
    assert row.executed_at == datetime(2026, 11, 20, 15, 4, 5, 168490, tzinfo=timezone.utc)


def test_the_first_and_last_trade_stay_exact_milliseconds():
    detail = json.loads(read().detail)
    assert (detail["start_time"], detail["end_time"]) == (1795187044120, 1795187044987)


def test_the_session_is_the_new_york_date_of_the_alert():
    assert read(created_at="2026-11-21T00:59:59.999999Z").session_date == date(2026, 11, 20)


def test_an_alert_of_another_symbol_is_refused():
    with pytest.raises(Unparsable, match="ticker is not SPY"):
        read(ticker="QQQ")


def test_an_alert_over_several_contracts_is_kept_without_strike_and_expiry():
    row = read(strike=None, expiry=None)
    assert (row.strike, row.expiry, row.premium) == (None, None, Decimal(186705))


@pytest.mark.parametrize("value", [[], {"data": []}, None, {"data": [], "newer_than": "soon"}], ids=str)
def test_an_answer_that_does_not_tell_its_window_is_taken_at_its_word(value):
    assert answer.begins_at(SOURCE.page, value) is None


def test_what_lies_before_the_begin_of_an_answer_is_not_covered():
    begins = answer.begins_at(SOURCE.page, {"data": [], "newer_than": "2026-11-20T05:00:01Z"})
    assert begins == datetime(2026, 11, 20, 5, 0, 1, tzinfo=timezone.utc)
    earlier, later = begins - timedelta(hours=1), begins + timedelta(hours=1)
    assert since(Page((), covered=(earlier, later)), begins).covered == (begins, later)
    assert since(Page((), covered=(begins, later)), begins).covered == (begins, later)
    assert since(Page((), covered=(earlier, begins)), begins).covered is None


def test_the_symbol_is_asked_for_by_its_parameter():
    assert SOURCE.asked("BRK.B") == ("/api/option-trades/flow-alerts", {"ticker_symbol": "BRK.B"})
