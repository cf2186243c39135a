"""Kept bodies are stored again by the real parsers: nothing twice, nothing older over newer."""

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from collector.store.raw import Record, keep

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
PRINTS = (FIXTURES / "darkpool_trades.json").read_bytes()


@pytest.fixture
def kept(tmp_path):
    def put(body=PRINTS, feed="darkpool_trades", at=AT, symbol="SPY"):
        keep(tmp_path / "raw", Record(feed, symbol, DAY, at, "/api/x", {"limit": "500"}, body))

    return put


def replay(collector, feed="darkpool_trades", *words):
    return collector("raw", "replay", "--feed", feed, "--date", "2026-11-20", *words)


def test_a_replay_stores_what_is_lost_and_a_second_one_nothing(collector, database, kept):
    kept()
    kept((FIXTURES / "flow_recent.json").read_bytes(), "flow_recent")
    done = replay(collector)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "replayed 1 raw bodies of darkpool_trades, fetched on 2026-11-20",
        "6 new, 0 updated, 0 quarantined",
    ]
    replay(collector, "flow_recent")
    before = database.ask("select * from trading.darkpool_trades order by id")
    assert {
        row[0] for row in database.ask("select distinct collection_time from trading.darkpool_trades")
    } == {AT}
    assert "0 new, 0 updated" in replay(collector).stdout
    assert "0 new, 0 updated" in replay(collector, "flow_recent").stdout
    assert database.ask("select * from trading.darkpool_trades order by id") == before
    assert database.one("select sum(requests) from ops.ledger") == 0
    assert database.one("select bool_and(isempty(covered)) from ops.coverage")


def test_a_parser_that_was_wrong_is_repaired_by_a_replay(collector, database, kept):
    kept()
    replay(collector)
    database.ask("update trading.darkpool_trades set market_center = 'misread'")
    assert "6 updated" in replay(collector).stdout
    assert database.one("select count(*) from trading.darkpool_trades where market_center = 'misread'") == 0


def test_an_older_body_never_overwrites_what_a_newer_one_said(collector, database, kept):
    canceled = json.loads(PRINTS)
    for row in canceled["data"]:
        row["canceled"] = True
    kept()
    kept(json.dumps(canceled).encode(), at=AT + timedelta(hours=1))
    replay(collector)
    before = database.ask("select * from trading.darkpool_trades order by id")
    assert all(canceled for (canceled,) in database.ask("select canceled from trading.darkpool_trades"))
    assert "0 new, 0 updated" in replay(collector).stdout
    assert database.ask("select * from trading.darkpool_trades order by id") == before


def test_a_body_that_cannot_be_read_is_counted_and_the_others_are_stored(collector, database, kept):
    kept(b"<html>")
    kept(b'{"data": 7}')
    kept()
    facts = json.loads(replay(collector, "darkpool_trades", "--json").stdout)
    assert (facts["bodies"], facts["unread"], facts["stored"]) == (3, 2, 6)
    assert database.one("select outcome from ops.runs") == "done"


def test_a_row_that_is_junk_in_a_kept_body_goes_to_quarantine(collector, database, kept):
    rows = json.loads(PRINTS)["data"]
    kept(json.dumps([rows[0], {**rows[1], "price": "dear"}]).encode())
    assert "1 quarantined" in replay(collector).stdout
    assert database.ask("select reason, session_date from ops.quarantine") == [("price is not a number", DAY)]


def test_the_list_fits_80_columns_and_names_days_feeds_and_sizes(collector, kept):
    assert "COLLECTOR_RAW_DAYS" in collector("raw", "list").stdout
    for number in range(12):
        kept(feed=f"a_feed_with_a_long_name_{number}")
    lines = collector("raw", "list").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("2026-11-20          9 kB  a_feed_with_a_long_name_0 1")
    assert len(json.loads(collector("raw", "list", "--json").stdout)) == 12


def test_show_prints_the_last_body_by_then(collector, kept):
    for minute, symbol in ((0, "SPY"), (5, "QQQ"), (10, "SPY")):
        kept(b'{"minute": %d}' % minute, at=AT + timedelta(minutes=minute), symbol=symbol)

    def shown(at, *words):
        return collector("raw", "show", "--feed", "darkpool_trades", "--at", at, *words)

    assert shown("2026-11-20T15:27").stdout == '{"minute": 5}\n'
    assert shown("2026-11-20T15:27", "--symbol", "SPY").stdout == '{"minute": 0}\n'
    assert json.loads(shown("2026-11-20T20:35+00:00", "--json").stdout)["body"] == '{"minute": 10}'
    assert shown("2026-11-20T23:00").stdout == '{"minute": 10}\n'
    early = shown("2026-11-20T15:19")
    assert early.returncode == 1
    assert "collector raw list" in early.stderr
    assert shown("noon").returncode == 2


def test_a_day_that_was_not_kept_is_told_and_no_run_is_noted(collector, database):
    done = replay(collector)
    assert done.returncode == 1
    assert "collector raw list" in done.stderr
    assert database.one("select count(*) from ops.runs") == 0


def test_what_a_pass_fetched_can_be_stored_again_from_what_it_kept(simulator, collector, database):
    collector.at(simulator, "2026-11-20T14:00:03-05:00")
    kept = database.one("select count(*) from trading.darkpool_trades")
    assert kept > 100
    assert "darkpool_trades" in collector("raw", "list").stdout
    database.ask("set local darkpool.allow_removal = 'reviewed'; delete from trading.darkpool_trades")
    assert f"{kept} new" in replay(collector).stdout
    assert database.one("select count(*) from trading.darkpool_trades") == kept


def test_an_answer_that_could_not_be_read_is_kept_all_the_same(simulator, collector, database):
    simulator.faults(wrong_tide_step=True)
    collector.clock(simulator, "2026-11-20T14:00:03-05:00")
    assert collector("run", COLLECTOR_FEEDS="market_tide").returncode == 1
    shown = collector("raw", "show", "--feed", "market_tide", "--at", "2026-11-20T14:01").stdout
    assert json.loads(shown)["data"]
    assert not database.one("select count(*) from trading.market_metrics")
