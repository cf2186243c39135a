"""What people read fits in 80 columns, whatever feeds and sectors are called."""

from dataclasses import replace
from datetime import date, datetime, timezone

import pytest

from collector.jobs import show
from collector.jobs.look import Day, Feed, Status
from collector.sources import registered

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=timezone.utc)
HOLE = (NOW, NOW)
PART = Feed(
    "", "", 123_456_789, NOW, "absent", 0, (Day(date(2026, 11, 20), 0.5, settled=False, holes=(HOLE,)),)
)
FEEDS = [
    replace(PART, name=source.name, symbol=symbol)
    for source in registered()
    for symbol in source.symbols(["BRK.B", "SPY"])
]


@pytest.mark.parametrize(
    "told", [lambda found: show.status(found, "1.2.3"), show.coverage], ids=["status", "coverage"]
)
def test_each_feed_and_symbol_has_a_line_of_its_own_within_80_columns(told):
    lines = list(told(Status(NOW, tuple(FEEDS), None, None, None)))
    assert max(map(len, lines)) <= 80
    parts = [line[:24] for line in lines if "50.00 %" in line]
    assert len(set(parts)) == len(FEEDS)
