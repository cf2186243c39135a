"""Two feeds of volume at a price, each with its own keys."""

from datetime import date, datetime, timezone

import pytest

from collector.core.errors import Unparsable
from collector.core.source import Seen
from collector.sources import darkpool_price_levels, stock_volume_price_levels
from collector.wire.answers import value_of

SEEN = Seen("SPY", date(2026, 11, 20), datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc))
DARKPOOL = {"price": "671.25", "dark_pool_volume": 7, "regular_volume": 11}
STOCK = {"price": "671.25", "off_vol": 7, "lit_vol": 11}


@pytest.mark.parametrize(
    ("feed", "raw", "level_type"),
    [(darkpool_price_levels, DARKPOOL, "darkpool"), (stock_volume_price_levels, STOCK, "stock_volume")],
)
def test_each_volume_goes_to_its_own_column(feed, raw, level_type):
    (level,) = feed.read(raw, SEEN)
    assert (level.level_type, level.dark_volume, level.lit_volume) == (level_type, 7, 11)


@pytest.mark.parametrize("key", ["off_vol", "lit_vol"])
def test_a_negative_volume_is_refused(key):
    with pytest.raises(Unparsable, match="negative"):
        stock_volume_price_levels.read({**STOCK, key: -1}, SEEN)


def test_a_price_that_is_a_json_number_keeps_each_digit():
    body = b'{"data": [{"price": 671.1000000000000001, "off_vol": 1, "lit_vol": 2}]}'
    (raw,) = value_of(200, {}, body)["data"]
    (level,) = stock_volume_price_levels.read(raw, SEEN)
    assert str(level.price) == "671.1000000000000001"
