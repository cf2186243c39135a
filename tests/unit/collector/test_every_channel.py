"""What every channel of the live stream must have, also those that do not exist yet."""

import json
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from collector import channels, sources
from collector.channels import registered, source_of
from collector.core.channel import Channel
from collector.core.errors import BadPayload
from collector.core.source import Seen
from collector.jobs import answer

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SEEN = Seen("SPY", date(2026, 11, 20), datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc), Decimal(21))
JUNK = [None, [], 7, {}, {"symbol": "SPY"}, {"end_time": 10**18, "executed_at": 10**18}]


def fixture(channel: Channel) -> list:
    text = (FIXTURES / f"{channel.source.name}.json").read_text()
    return json.loads(text, parse_float=Decimal)


@pytest.fixture(params=registered(), ids=lambda channel: channel.name)
def channel(request) -> Channel:
    return request.param


def read(channel, raws):
    return answer.read(channel.source, raws, SEEN)


def test_each_file_of_the_room_is_a_channel():
    files = {path.stem for path in Path(channels.__file__).parent.glob("[a-z]*.py")}
    assert {channel.source.name for channel in registered()} == {f"stream_{name}" for name in files}


def test_its_name_in_ledger_and_spool_leads_back_to_it_and_is_no_feeds(channel):
    assert source_of(channel.source.name) is channel.source
    assert channel.source.name not in {source.name for source in sources.registered()}


def test_a_feeds_name_leads_to_the_feed_and_an_unknown_one_is_refused():
    assert source_of("iv_rank").name == "iv_rank"
    with pytest.raises(BadPayload, match="prices is not a feed"):
        source_of("prices")


def test_each_payload_becomes_a_row_with_its_symbol(channel):
    parsed, rejects = read(channel, fixture(channel))
    assert not rejects
    assert [row.symbol for one in parsed for row in one.rows] == ["SPY", "SPY"]
    assert {channel.symbol(raw) for raw in fixture(channel)} == {"SPY"}
    assert all("invented_key" in str(parsed[1].rows[0]) for _ in parsed)


def test_its_fixture_has_every_key_that_the_contract_promises(channel):
    assert not answer.drift(channel.source, fixture(channel))


def test_junk_goes_to_quarantine_with_a_reason(channel):
    parsed, rejects = read(channel, JUNK)
    assert not parsed
    assert all(reject.reason for reject in rejects)
    assert len(rejects) == len(JUNK)


def test_a_payload_without_a_symbol_has_a_place_in_quarantine(channel):
    assert channel.symbol({}) == channel.symbol({channel.symbol_key: 7}) == "MARKET"


def test_only_a_channel_per_symbol_names_the_symbols_it_joins():
    joins = {channel.name: channel.joins(["SPY", "BRK.B"]) for channel in registered()}
    assert joins == {
        "flow-alerts": ("flow-alerts",),
        "off_lit_trades": ("off_lit_trades",),
        "option_trades": ("option_trades:SPY", "option_trades:BRK.B"),
    }


def test_an_alerts_numbers_are_kept_exactly():
    (channel,) = (one for one in registered() if one.name == "flow-alerts")
    row = read(channel, fixture(channel))[0][0].rows[0]
    assert (row.premium, row.contract_size, row.strike) == (Decimal("204000.5"), Decimal(850), Decimal(590))
    assert (row.flow_type, row.record_id) == ("alert", "71f2c1b8-9b64-4b0e-8f43-1a7d8a2d6e90")
    assert json.loads(row.detail)["underlying_price"] == "601.48"
    assert row.executed_at == datetime(2026, 11, 20, 15, 42, 7, 748_000, tzinfo=timezone.utc)


def test_an_option_trade_has_the_id_and_the_names_of_rest():
    (channel,) = (one for one in registered() if one.name == "option_trades")
    row = read(channel, fixture(channel))[0][0].rows[0]
    assert (row.flow_type, row.record_id) == ("recent", "5c1f7a0e-2f53-4c67-9a30-5f5a3f0c9d11")
    assert (row.premium, row.strike) == (Decimal("3768.00"), Decimal(605))
    assert json.loads(row.detail)["option_chain_id"] == "SPY261218C00605000"
    assert row.executed_at.microsecond == 412_000
