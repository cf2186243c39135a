"""Feeds of one-minute numbers."""

import json
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from collector.core.errors import Unparsable
from collector.core.source import Seen
from collector.sources import net_prem_ticks, spot_exposures

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SEEN = Seen("SPY", date(2026, 11, 20), datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc))


def raws(feed):
    return json.loads((FIXTURES / f"{feed}.json").read_text())["data"]


def values(rows):
    return {row.metric_type: row.value for row in rows}


def test_each_exposure_has_its_own_metric_and_the_price_too():
    found = values(spot_exposures.read(raws("spot_exposures")[0], SEEN))
    assert found == {
        "spot_gamma_oi": Decimal("65476967.41"),
        "spot_gamma_vol": Decimal("12921519.30"),
        "spot_gamma_dir": Decimal("475681.21"),
        "spot_charm_oi": Decimal("5124108502.17"),
        "spot_charm_vol": Decimal("320909908.10"),
        "spot_charm_dir": Decimal("-654769.21"),
        "spot_vanna_oi": Decimal("-54622844.90"),
        "spot_vanna_vol": Decimal("-5559678.12"),
        "spot_vanna_dir": Decimal("342349.21"),
        "spot_price": Decimal("671.25"),
    }


def test_an_exposure_keeps_the_instant_of_its_calculation():
    (instant,) = {row.timestamp for row in spot_exposures.read(raws("spot_exposures")[0], SEEN)}
    assert instant == datetime(2026, 11, 20, 14, 31, 41, 481000, timezone.utc)


def test_a_number_that_is_null_is_no_zero():
    found = values(spot_exposures.read(raws("spot_exposures")[2], SEEN))
    assert set(found) == {"spot_gamma_oi", "spot_charm_oi", "spot_vanna_oi", "spot_price"}


def test_a_minute_without_any_number_is_refused_not_forgotten():
    with pytest.raises(Unparsable, match="is there"):
        spot_exposures.read({"time": "2026-11-20T14:31:41Z", "price": None, "note": 1}, SEEN)


def test_a_tick_keeps_its_minute_and_each_number_under_its_own_name():
    raw = raws("net_prem_ticks")[0]
    rows = net_prem_ticks.read(raw, SEEN)
    assert {row.timestamp for row in rows} == {datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)}
    numbers = {key: Decimal(value) for key, value in raw.items() if key not in ("date", "tape_time")}
    assert values(rows) == {f"net_prem_{key}": value for key, value in numbers.items()}
