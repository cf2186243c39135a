"""The report of days whose rows were put there by hand: what it says, and what it says is missing."""

import contextlib
import html
import json
import os
import re
from contextlib import closing
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from analysed import DAY, METRIC, NIGHT, OPEN, analysis, put_bar, put_flow, put_print
from old_months import PRINTS
from test_analysis_backtest import SESSIONS, put_history

from analysis.statistics.trials import Trial
from collector.jobs import retain
from collector.store import database as door
from laptop import daily

COVERAGE = """
insert into ops.coverage (feed, symbol, session_date, covered, collected_at)
values (%s, %s, %s, %s::tstzmultirange, %s)
"""
NOTED = """
insert into ops.ledger (run_id, feed, symbol, session_date, outcome)
values ('run', 'net_prem_ticks', 'SPY', %s, 'not_offered')
"""
CALENDAR = """
insert into ops.market_sessions values
    ('2023-06-01', '2023-06-01 13:30+00', '2023-06-01 20:00+00', '2023-06-01 20:15+00')
"""
EVENING = OPEN + timedelta(hours=11, minutes=30)
WHOLE_TAPE = "{[2026-11-20 09:00+00, 2026-11-21 01:00+00)}"
FEEDS = (
    "ohlc_1m",
    "darkpool_price_levels",
    "flow_per_expiry",
    "flow_per_strike",
    "net_prem_ticks",
    "market_tide",
    "iv_rank",
)


def begun(database, feed, covered="{}", *, at=EVENING, day=DAY):
    symbol = "MARKET" if feed == "market_tide" else "SPY"
    database.ask(COVERAGE, feed, symbol, day, covered, at)


@pytest.fixture
def report(database, tmp_path):
    def make(*more):
        out = tmp_path / "page.html"
        done = analysis(database, "report", "SPY", "--out", str(out), *more, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout, " ".join(
            html.unescape(
                re.sub(r"<style>.*?</style>|<[^>]+>", " ", out.read_text(), flags=re.DOTALL)
            ).split()
        )

    return make


def test_a_day_of_prints_alone_is_shown_and_what_is_missing_is_said_first(database, report):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    put_print(database, 1, OPEN, 100)

    said, text = report("--date", str(DAY))

    assert "INCOMPLETE, missing: ohlc_1m, darkpool_price_levels" in said
    assert "darkpool_trades" not in said
    assert text.index("INCOMPLETE: 8 things are missing") < text.index("Point of control")
    assert "ohlc_1m: nothing was collected. Without it the price cannot be trusted." in text
    assert "Nothing of the feed flow_per_strike was collected for this session." in text
    assert "No block is named: 0 earlier prints are too few" in text
    assert "darkpool_trades dark-pool levels, blocks and clusters whole, 04:00:00 to 20:00:00" in text


@pytest.mark.slow
def test_holes_are_named_by_the_clock_of_new_york(database, report):
    morning, rest = "[2026-11-20 09:00+00, 2026-11-20 15:00+00)", "[2026-11-20 16:30+00, 2026-11-21 01:00+00)"
    begun(database, "darkpool_trades", f"{{{morning}, {rest}}}")
    put_print(database, 1, OPEN, 100)

    _, text = report()

    assert "darkpool_trades: not collected: 10:00:00 to 11:30:00." in text


def test_a_feed_that_ended_before_its_session_did_is_said(database, report):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    begun(database, "flow_per_expiry", at=OPEN + timedelta(hours=1))
    put_flow(database, DAY, OPEN, 0, call_premium=60, call_premium_ask_side=60)

    _, text = report()

    assert (
        "flow_per_expiry: last fetched at 10:30:00, before its end at 16:15:00: what came after is missing."
        in text
    )


@pytest.mark.slow
def test_a_feed_that_the_vendor_does_not_offer_is_said(database, report):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    put_print(database, 1, OPEN, 100)
    database.ask(
        "insert into ops.runs (run_id, kind, started_at, release) values ('run', 'run', %s, 'r')", OPEN
    )
    database.ask(NOTED, DAY)

    _, text = report()

    assert "net_prem_ticks: the vendor does not have it for this symbol." in text


def test_a_whole_day_says_that_it_is_complete(database, report):
    for feed in FEEDS:
        begun(database, feed)
    begun(database, "darkpool_trades", WHOLE_TAPE)
    begun(database, "flow_alerts", WHOLE_TAPE)
    put_print(database, 1, OPEN, 100)

    said, text = report()

    assert said.endswith("page.html: complete\n")
    assert "Complete: all feeds of this page have the whole session." in text


@pytest.mark.slow
def test_an_iv_rank_of_another_day_is_not_shown_as_this_days(database, report):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    put_print(database, 1, OPEN, 100)
    database.ask(METRIC, "iv_rank", 77, OPEN - timedelta(days=1), OPEN - timedelta(days=1))

    _, text = report()

    assert "IV rank not collected" in text
    assert "77" not in text


@pytest.mark.slow
def test_of_an_archived_day_the_archive_is_read_and_without_it_what_is_left_out_is_said(
    database, report, tmp_path
):
    database.ask(PRINTS)
    database.ask("insert into ops.retention values ('darkpool_trades', 24, null, true, now())")
    begun(database, "flow_per_expiry", day=date(2023, 6, 1))
    database.ask(CALENDAR)
    with closing(door.keeper(database.dsn("collector"))) as connection:
        for unit in retain.due(connection):
            list(retain.steps(connection, unit, tmp_path / "archive"))
    day = ("--date", "2023-06-01")

    _, there = report(*day, "--archive", str(tmp_path / "archive"))
    _, away = report(*day, "--archive", str(tmp_path / "nowhere"))

    assert "Dark-pool volume profile 60" in there
    assert "not asked, " not in there
    assert "Point of control not collected" in away
    assert "prints: not asked, " in away


@pytest.mark.slow
def test_of_two_fetches_only_the_newest_whole_one_is_summed(database, report, tmp_path):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    put_flow(database, DAY, OPEN, 30, call_premium=900, call_premium_ask_side=900)
    put_flow(database, DAY, NIGHT, 0, call_premium=60, call_premium_ask_side=60)

    report()

    assert '<dd id="bullish"><data value="60">$60</data>' in (tmp_path / "page.html").read_text()


@pytest.mark.slow
def test_what_the_rules_say_is_judged_by_all_trials_and_none_is_added(database, report, tmp_path):
    tried = [Trial("mine", number, "", "SPY", 0.01 * number) for number in (1, 2, 3)]
    registry = "".join(json.dumps(asdict(one)) + "\n" for one in tried)
    (tmp_path / "trials.jsonl").write_text(registry)
    put_history(database, effect=0.0)
    last = DAY + timedelta(days=SESSIONS - 1)
    while not database.ask("select 1 from ops.market_sessions where session_date = %s", last):
        last -= timedelta(days=1)
    begun(database, "darkpool_trades", day=last)

    _, text = report("--date", str(last))

    assert re.search(r"bullish_flow: .{100,400} deflated by 4 trials .{1,40}\. No evidence: ", text)
    assert "put_buying: 0: nothing" in text
    assert (tmp_path / "trials.jsonl").read_text() == registry


def test_a_symbol_that_is_not_collected_is_one_clear_error(database, tmp_path):
    begun(database, "darkpool_trades", WHOLE_TAPE)

    done = analysis(database, "report", "gld", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "analysis: GLD is not collected here; collected are: SPY\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-21", "Saturday 2026-11-21 is no trading day that this release's calendar knows"),
        ("2026-11-19", "nothing of SPY was collected for Thursday 2026-11-19"),
    ],
)
def test_a_day_without_data_is_one_clear_error(database, tmp_path, day, why):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    put_print(database, 1, OPEN, 100)

    done = analysis(database, "report", "SPY", "--date", day, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"analysis: {why}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_without_a_name_the_page_is_named_after_symbol_and_day(database, tmp_path):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    put_print(database, 1, OPEN, 100)
    put_bar(database, OPEN, 10, NIGHT)

    done = analysis(database, "report", "SPY", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert [file.name for file in (tmp_path / "reports").iterdir()] == ["SPY-2026-11-20.html"]


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_said_and_leaves_nothing(database, tmp_path):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    put_print(database, 1, OPEN, 100)
    (tmp_path / "file").touch()

    done = analysis(database, "report", "SPY", "--out", str(tmp_path / "file" / "page.html"), cwd=tmp_path)

    assert done.returncode == 1
    assert "page.html cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1


class NoTunnel:
    """Where the database is reached without one."""

    def __init__(self, dsn):
        self.dsn = dsn

    def for_a_while(self):
        return contextlib.nullcontext()

    def environment(self):
        return {**os.environ, "ANALYSIS_DSN": self.dsn}


@pytest.mark.slow
def test_the_laptops_word_writes_the_page_of_the_day_that_was_named(database, tmp_path, monkeypatch):
    begun(database, "darkpool_trades", WHOLE_TAPE)
    put_print(database, 1, OPEN, 100)
    put_print(database, 2, OPEN + timedelta(days=3), 100)
    monkeypatch.chdir(tmp_path)

    assert daily.report(NoTunnel(database.dsn("analyst")), "SPY", str(DAY)) == 0
    assert daily.report(NoTunnel(database.dsn("analyst")), "SPY", "") == 0

    assert {file.name for file in (tmp_path / "reports").iterdir()} == {
        "SPY-2026-11-20.html",
        "SPY-2026-11-23.html",
    }
