"""Interpolated and yearly volatility: what is peculiar to the two feeds."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from collector.core.errors import BadPayload, Unparsable
from collector.core.source import Seen
from collector.jobs import answer
from collector.sources import interpolated_iv, volatility_stats

MIDNIGHT = datetime(2026, 11, 20, 5, 0, tzinfo=timezone.utc)
SEEN = Seen("SPY", date(2026, 11, 20), datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc))
TENOR = {
    "date": "2026-11-20",
    "days": 30,
    "volatility": "0.15",
    "percentile": "0.549",
    "implied_move_perc": "0.043",
}
STATS = {"date": "2026-11-20", "ticker": "SPY", "iv": "0.15", "iv_rank": "21.002", "rv": None}


def made(source, raw):
    return {row.metric_type: (row.value, row.timestamp) for row in source.SOURCE.parse(raw, SEEN)}


def test_a_tenor_becomes_three_daily_metrics_with_their_scale_as_sent():
    assert made(interpolated_iv, TENOR) == {
        "interpolated_iv_30d": (Decimal("0.15"), MIDNIGHT),
        "interpolated_iv_30d_percentile": (Decimal("0.549"), MIDNIGHT),
        "interpolated_iv_30d_implied_move": (Decimal("0.043"), MIDNIGHT),
    }


def test_a_tenor_that_nobody_has_heard_of_is_stored_under_its_own_days():
    assert "interpolated_iv_45d" in made(interpolated_iv, {**TENOR, "days": 45})


@pytest.mark.parametrize("days", [0, -30, "1.5", None, True])
def test_a_tenor_that_is_no_number_of_days_is_refused(days):
    with pytest.raises(Unparsable, match="days"):
        made(interpolated_iv, {**TENOR, "days": days})


def test_a_metric_that_is_not_there_yet_leaves_the_others():
    assert set(made(interpolated_iv, {**TENOR, "percentile": None})) == {
        "interpolated_iv_30d",
        "interpolated_iv_30d_implied_move",
    }
    assert made(volatility_stats, STATS) == {
        "volatility_iv": (Decimal("0.15"), MIDNIGHT),
        "volatility_iv_rank": (Decimal("21.002"), MIDNIGHT),
    }


def test_a_row_without_any_of_its_numbers_is_refused():
    with pytest.raises(Unparsable, match="none of volatility"):
        made(interpolated_iv, {"date": "2026-11-20", "days": 30, "volatility": None})


def test_statistics_of_another_symbol_are_refused():
    with pytest.raises(Unparsable, match="ticker is not SPY"):
        made(volatility_stats, {**STATS, "ticker": "QQQ"})


def test_statistics_are_one_object_and_a_list_is_refused():
    single = volatility_stats.SOURCE.single
    assert answer.rows_of({"data": STATS}, single=single) == [STATS]
    with pytest.raises(BadPayload, match="no object"):
        answer.rows_of({"data": [STATS]}, single=single)
