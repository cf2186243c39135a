"""The three tides: what they share, and what each asks for."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from collector.core import tides
from collector.core.errors import BadPayload
from collector.core.source import Seen
from collector.sources.sector_tide import SOURCE as SECTOR_TIDE

SEEN = Seen("Real Estate", date(2026, 11, 20), datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc))


def rows(*minutes):
    return [{"timestamp": f"2026-11-20T10:{minute:02}:00-05:00"} for minute in minutes]


def test_a_step_of_five_minutes_is_refused():
    with pytest.raises(BadPayload, match="0:05:00 apart"):
        tides.a_minute_apart(rows(0, 5, 10))


def test_a_step_of_half_a_minute_is_refused():
    with pytest.raises(BadPayload, match="0:00:30 apart"):
        tides.a_minute_apart([*rows(0, 1), {"timestamp": "2026-11-20T10:00:30-05:00"}])


@pytest.mark.parametrize(
    "raws",
    [
        [],
        rows(0),
        rows(2, 1, 0),
        rows(0, 1, 1, 2),
        rows(0, 1, 30),
        [*rows(0, 1), {"timestamp": "noon"}, None, 7],
    ],
    ids=["none", "one", "backwards", "twice", "minutes missing", "junk between"],
)
def test_minutes_are_taken(raws):
    tides.a_minute_apart(raws)


def test_a_minute_becomes_three_metrics_at_its_own_time_in_utc():
    raw = {"net_call_premium": "1.50", "net_put_premium": "-2", "net_volume": -3, **rows(7)[0]}
    made = {
        row.metric_type: (row.symbol, row.value, row.timestamp)
        for row in tides.reader("sector_tide")(raw, SEEN)
    }
    at = datetime(2026, 11, 20, 15, 7, tzinfo=timezone.utc)
    assert made == {
        "sector_tide_net_call_premium": ("Real Estate", Decimal("1.50"), at),
        "sector_tide_net_put_premium": ("Real Estate", Decimal(-2), at),
        "sector_tide_net_volume": ("Real Estate", Decimal(-3), at),
    }


def test_a_sectors_name_is_quoted_in_the_path():
    assert SECTOR_TIDE.asked("Real Estate") == ("/api/market/Real%20Estate/sector-tide", {})


def test_every_sector_is_asked_for_whatever_symbols_are_wanted():
    assert len(set(SECTOR_TIDE.symbols(["SPY"]))) == 11
    assert "SPY" not in SECTOR_TIDE.symbols(["SPY"])
