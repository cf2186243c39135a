"""The sample of the whole market."""

import json
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from collector.core.errors import Unparsable
from collector.core.source import Seen, Snapshot
from collector.sources import darkpool_recent, darkpool_trades

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "darkpool_recent.json"
ROWS = json.loads(FIXTURE.read_text())["data"]
NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)


def seen(symbol):
    return Seen(symbol, date(2026, 11, 20), NOW)


def test_each_print_is_kept_under_its_own_symbol():
    symbols = [darkpool_recent.read(row, seen("MARKET"))[0].symbol for row in ROWS]
    assert symbols == ["QID", "SPY", "BRK.B"]


def test_a_print_without_a_symbol_is_refused():
    for ticker in (None, ""):
        with pytest.raises(Unparsable, match="ticker is"):
            darkpool_recent.read({**ROWS[0], "ticker": ticker}, seen("MARKET"))


def test_a_print_is_the_same_row_from_either_feed():
    spy = ROWS[1]
    assert darkpool_recent.read(spy, seen("MARKET")) == darkpool_trades.read(spy, seen("SPY"))


def test_a_print_of_another_symbol_than_asked_for_is_refused():
    with pytest.raises(Unparsable, match="ticker is not SPY"):
        darkpool_trades.read(ROWS[0], seen("SPY"))


@pytest.mark.parametrize(
    ("page", "stored", "expected"),
    [
        (Snapshot(keeps=50), 50, True),
        (Snapshot(keeps=50), 49, False),
        (Snapshot(keeps=50, sample=True), 50, False),
        (Snapshot(), 5_000, False),
    ],
)
def test_only_a_feed_that_should_be_complete_may_miss_rows(page, stored, expected):
    assert page.may_miss(stored) is expected


def test_the_sample_is_known_as_one():
    assert not darkpool_recent.SOURCE.page.may_miss(200)
