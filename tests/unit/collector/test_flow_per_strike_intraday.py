"""Options flow per strike and minute: what is peculiar to it."""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from collector.core.errors import Unparsable
from collector.core.source import Seen
from collector.sources.flow_per_strike_intraday import SOURCE

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures/flow_per_strike_intraday.json"
NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
SEEN = Seen("SPY", date(2026, 11, 20), NOW, Decimal("21.5"))


def read(seen=SEEN, **changed):
    first = json.loads(FIXTURE.read_text())["data"][0]
    (row,) = SOURCE.parse({**first, **changed}, seen)
    return row


def test_a_minute_is_known_by_its_strike_and_its_own_time_whenever_it_is_fetched():
    later = Seen("SPY", date(2026, 11, 20), NOW + timedelta(hours=12))
    assert (
        read().record_id == read(later, strike="672.50", timestamp="2026-11-20 14:30:00.417+00:00").record_id
    )
    assert (
        len({read().record_id, read(strike="670").record_id, read(timestamp=NOW.isoformat()).record_id}) == 3
    )


def test_premium_and_contracts_are_calls_plus_puts():
    row = read()
    assert (row.premium, row.contract_size, row.strike) == (
        Decimal("41395.5"),
        Decimal(322),
        Decimal("672.5"),
    )
    assert (row.iv_rank, row.expiry) == (Decimal("21.5"), None)


def test_the_time_keeps_its_milliseconds_and_names_the_session():
    row = read(timestamp="2026-11-20T00:59:59.003Z")
    assert row.executed_at == datetime(2026, 11, 20, 0, 59, 59, 3000, tzinfo=timezone.utc)
    assert row.session_date == date(2026, 11, 19)


def test_a_row_of_another_symbol_is_refused():
    with pytest.raises(Unparsable, match="ticker is not SPY"):
        read(ticker="QQQ")
