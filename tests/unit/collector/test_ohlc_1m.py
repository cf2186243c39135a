"""Bars of a minute."""

from datetime import date, datetime, timezone

import pytest

from collector.core.errors import Unparsable
from collector.core.source import Seen
from collector.sources import ohlc_1m

SEEN = Seen("SPY", date(2026, 11, 20), datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc))
RAW = {
    "open": "3",
    "high": "5",
    "low": "1",
    "close": "4",
    "volume": 7,
    "start_time": "2026-11-20T15:04:00Z",
    "end_time": "2026-11-20T15:05:00Z",
}


def test_each_price_goes_to_its_own_column():
    (bar,) = ohlc_1m.read(RAW, SEEN)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (3, 5, 1, 4, 7)


@pytest.mark.parametrize("end", ["2026-11-20T15:09:00Z", "2026-11-20T15:04:00Z", "2026-11-20T15:03:00Z"])
def test_a_bar_of_another_step_than_a_minute_is_refused(end):
    with pytest.raises(Unparsable, match="where a minute was asked for"):
        ohlc_1m.read({**RAW, "end_time": end}, SEEN)


@pytest.mark.parametrize(
    ("start", "session"), [("2026-11-21T00:59:00Z", "2026-11-20"), ("2026-11-21T05:00:00Z", "2026-11-21")]
)
def test_a_bar_belongs_to_its_own_new_york_day_not_to_the_utc_day(start, session):
    (bar,) = ohlc_1m.read({**RAW, "start_time": start, "end_time": None}, SEEN)
    assert bar.session_date.isoformat() == session


@pytest.mark.parametrize("key", ["open", "high", "low", "close", "volume", "start_time"])
def test_a_bar_that_lacks_a_number_is_refused(key):
    with pytest.raises(Unparsable, match=f"{key} is missing"):
        ohlc_1m.read({**RAW, key: None}, SEEN)
