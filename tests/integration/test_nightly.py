"""What is computed of a session at night: once, of what was known at its hour, never changed by what comes later."""

import json
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pytest
from analysed import BAR, DAY, METRIC, NIGHT, OPEN, put_bar, put_flow
from embedded import Collector, Database, tool_settings
from nights import asked, compute, keep, night
from test_analysis_backtest import put_history

from analysis import signals
from analysis.load import nightly, postgresql
from analysis.signals.stored import as_of
from analysis.signals.stored import signals as said

FEEDS = "darkpool_trades,flow_per_expiry,iv_rank,market_tide,net_prem_ticks,ohlc_1m"
HOUR = datetime.fromisoformat("2026-11-20T22:00:00-05:00")
MORNING = datetime.fromisoformat("2026-11-21T06:55:00-05:00")
SIGNALS = "select * from derived.signals order by 1, 2, 3, 4"
CORRELATIONS = "select * from derived.correlations order by 1, 2, 3, 4"
LATE = """
insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at, trf_executed_at,
                                     nbbo_bid, nbbo_ask, collection_time)
select -n, 'SPY', 900000, 601, n, 540900000, %s, %s, 590, 600, %s from generate_series(1, 40) n
"""


@pytest.fixture(scope="module")
def whole_day(server, long_lived_simulator, tmp_path_factory):
    """A day that the real collector took from the simulator, to be copied."""
    server.execute("create database whole_day template template_darkpool owner darkpool_owner")
    folder = tmp_path_factory.mktemp("whole_day")
    tool = Collector(
        {
            **tool_settings(long_lived_simulator),
            "COLLECTOR_FEEDS": FEEDS,
            "COLLECTOR_DATABASE_DSN": server.dsn("whole_day", "collector"),
            "COLLECTOR_LOG_FILE": str(folder / "collector.log"),
            "COLLECTOR_STATE_DIR": str(folder),
        }
    )
    for at in ("16:55:03", "21:05:03"):
        done = tool.at(long_lived_simulator, f"{DAY}T{at}-05:00")
        assert done.returncode == 0, done.stdout + done.stderr
    yield "whole_day"
    server.execute("drop database whole_day with (force)")


@pytest.fixture
def collected(server, whole_day, collector):
    server.execute(f"create database collected template {whole_day} owner darkpool_owner")
    copy = Database(server, "collected")
    collector.settings["COLLECTOR_DATABASE_DSN"] = copy.dsn("collector")
    yield copy
    server.execute("drop database collected with (force)")


def facts(database, day=DAY, now=MORNING):
    with postgresql.connect(database.dsn("analyst")) as connection:
        return nightly.facts(connection, nightly.Due("SPY", day, frozenset()), now)


@pytest.mark.slow
def test_a_collected_session_is_stored_once_and_told_once_however_often_it_is_repeated(
    collected, collector, tmp_path
):
    said, lines = compute(collected, tmp_path)
    first = keep(collector, lines)
    again = keep(collector, lines, "2026-11-20T23:31:00-05:00")
    stored = (collected.ask(SIGNALS), collected.ask(CORRELATIONS), collected.ask("select * from ops.outbox"))
    later = night(collected, collector, tmp_path, now="2026-11-21T08:00:00-05:00")

    assert "SPY 2026-11-20: computed" in said
    assert first.stdout == "correlation: 4 new of 4\nreport: 2 new of 2\nsignal: 8 new of 8\n"
    assert again.stdout == "correlation: 0 new of 4\nreport: 0 new of 2\nsignal: 0 new of 8\n"
    assert "SPY 2026-11-20: stored already" in later
    assert later.endswith("nothing was handed over\n")
    assert stored == (
        collected.ask(SIGNALS), collected.ask(CORRELATIONS), collected.ask("select * from ops.outbox")
    )  # fmt: skip
    assert {row[4] for row in stored[0]} == {HOUR}
    ((title, body),) = collected.ask("select title, body from ops.outbox where series = 'report/SPY'")
    close = collected.one("select close from trading.bars where symbol = 'SPY' and market_time = 'r' "
                          "order by starts_at desc limit 1")  # fmt: skip
    assert title.startswith(f"SPY Fri 2026-11-20: closed at ${close:,}; ")
    assert body.startswith("INCOMPLETE, missing: ")
    assert "Signals: none; too little known for bullish_flow, put_buying, " in body
    assert f"or {tmp_path}/reports/SPY-2026-11-20.html on the laptop." in body
    value = collected.one(
        "select value from derived.correlations where pair = 'dark-flow' and symbol = 'SPY'"
    )
    assert f"Correlation dark-flow: {value:+.2f} (" in body
    assert len(collected.ask("select * from ops.outbox_pages")) == 2
    assert sorted(file.name for file in (tmp_path / "reports").iterdir()) == [
        "QQQ-2026-11-20.html",
        "SPY-2026-11-20.html",
    ]


@pytest.mark.slow
def test_what_arrives_later_changes_no_stored_row_and_a_new_version_is_a_new_row(
    collected, collector, tmp_path
):
    night(collected, collector, tmp_path)
    before = (collected.ask(SIGNALS), collected.ask(CORRELATIONS))
    known = facts(collected)
    numbers = "select pair, symbol, value, low, best_lag, best_value from derived.correlations order by 1, 2"
    moved = collected.ask(numbers)
    assert sum(row[2] is not None for row in moved) == 4

    for number, known_at in enumerate((HOUR + timedelta(hours=1), MORNING)):
        late = LATE.replace("-n", f"-n - {1000 * number}")
        collected.ask(late, OPEN + timedelta(hours=1 + number), OPEN, known_at)
    put_flow(collected, DAY, MORNING, 3, call_premium=9, call_premium_ask_side=9)
    put_bar(collected, OPEN + timedelta(hours=6, minutes=29, seconds=59), 999, MORNING)
    night(collected, collector, tmp_path, now="2026-11-21T08:00:00-05:00", at="2026-11-21T08:01:00-05:00")

    assert (collected.ask(SIGNALS), collected.ask(CORRELATIONS)) == before
    assert facts(collected).equals(known)
    newer = [replace(rule, version=rule.version + 1) for rule in signals.ALL]
    lines = [
        {"kind": "signal", **asdict(one), "session_date": str(DAY), "as_of": one.as_of.isoformat(),
         "known_at": one.known_at and one.known_at.isoformat()}
        for one in said(newer, "SPY", DAY, facts(collected))
    ]  # fmt: skip
    done = keep(collector, "".join(json.dumps(line) + "\n" for line in lines), "2026-11-21T09:00:00-05:00")
    assert done.stdout == "signal: 4 new of 4\n"
    both = "select rule, array_agg(value order by version) from derived.signals where symbol = 'SPY' group by rule"
    assert all(one == other for _, (one, other) in collected.ask(both))
    assert collected.ask(SIGNALS + " limit 1") == before[0][:1]

    # Computed anew where nothing is stored: still of what was known at its hour.
    collected.ask("delete from derived.correlations")
    night(collected, collector, tmp_path, now="2026-11-21T08:00:00-05:00", at="2026-11-21T10:01:00-05:00")
    assert collected.ask(numbers) == moved


@pytest.mark.slow
def test_the_stored_signals_are_those_that_the_rules_definition_gives(database, collector, tmp_path):
    put_history(database, effect=0.0)
    bought = np.random.default_rng(61).random(140).tolist()
    days = [OPEN.date() + timedelta(days=number) for number in range(140)]
    database.ask(
        "insert into ops.coverage (feed, symbol, session_date) select 'flow_per_expiry', 'SPY', unnest(%s::date[])",
        days[:60],
    )
    end = f"{days[59]}T23:30:00-05:00"

    night(database, collector, tmp_path, "--since", str(DAY), now=end, at=end)

    stored = dict(database.ask("select session_date, value from derived.signals where rule = 'bullish_flow'"))
    trading = database.ask(
        "select session_date from ops.market_sessions where session_date = any(%s)", days[:60]
    )
    assert set(stored) == {day for (day,) in trading}
    for number, day in enumerate(days[:60]):
        if day not in stored:
            continue
        if number < 19:
            assert stored[day] is None
            continue
        # Premium is in whole dollars, and one is added: far finer than the ranks of these draws.
        below = sum(one < bought[number] for one in bought[number - 19 : number])
        above = sum(one > bought[number] for one in bought[number - 19 : number])
        assert stored[day] == (below >= 17.1) - (above >= 17.1), day
    assert {1, -1, 0} <= set(stored.values())
    sides = database.ask("select distinct value, side from derived.signals where value is not null")
    assert sorted(sides) == [(-1, "short"), (0, "none"), (1, "long")]


def test_a_session_whose_hour_is_not_over_is_not_due(database, collector, tmp_path):
    database.ask("insert into ops.coverage (feed, symbol, session_date) values ('ohlc_1m', 'SPY', %s)", DAY)

    said, lines = compute(database, tmp_path, now="2026-11-20T21:59:00-05:00")

    assert (lines, "SPY" in said) == ("", False)


def test_a_session_that_was_begun_and_brought_nothing_has_no_report_and_is_no_failure(database, tmp_path):
    database.ask("insert into ops.coverage (feed, symbol, session_date) values ('ohlc_1m', 'SPY', %s)", DAY)

    _, lines = compute(database, tmp_path)

    found = [json.loads(line) for line in lines.splitlines()]
    assert [one["kind"] for one in found] == ["signal"] * 4 + ["correlation"] * 2
    assert {one["value"] for one in found} == {None}


def test_a_value_that_was_restated_since_is_the_one_that_was_said_then(database):
    put_bar(database, OPEN, 600, NIGHT)
    database.ask(METRIC, "iv_rank", 55, OPEN, NIGHT)
    database.ask("update trading.bars set close = 700, collected_at = %s, restated_at = %s", MORNING, MORNING)
    database.ask(
        "update trading.bars set volume = 7, collected_at = %s, restated_at = %s",
        *[MORNING + timedelta(minutes=1)] * 2,
    )
    database.ask(
        "update trading.market_metrics set value = 66, collected_at = %s, restated_at = %s", MORNING, MORNING
    )

    known = facts(database, now=MORNING + timedelta(hours=1)).set_index("fact")

    assert (known.loc["close", "value"], known.loc["iv_rank", "value"]) == (600, 55)
    assert set(known["known_at"]) == {NIGHT}


def test_a_session_of_which_nothing_was_known_has_no_signal_of_the_session_before(database):
    for day in range(8):
        at = OPEN - timedelta(days=day + 1)
        database.ask("select ops.make_partitions('market_metrics', array[%s::date])", at.date())
        database.ask(METRIC, "iv_rank", 60 - 5 * (7 - day), at, at)

    then = {one.rule: one for one in said(signals.ALL, "SPY", DAY - timedelta(days=1), facts(database))}
    now = {one.rule: one for one in said(signals.ALL, "SPY", DAY, facts(database))}

    assert then["iv_rank_relief"].value == 1
    assert now["iv_rank_relief"].value is None


@pytest.mark.slow
def test_of_a_day_that_was_filled_in_later_nothing_is_said(database, collector, tmp_path):
    database.ask("insert into ops.coverage (feed, symbol, session_date, covered) values "
                 "('darkpool_trades', 'SPY', %s, '{[2026-11-20 09:00+00, 2026-11-21 01:00+00)}')", DAY)  # fmt: skip
    for minute in range(60):
        at = OPEN + timedelta(minutes=minute)
        database.ask(BAR, DAY, at, at + timedelta(minutes=1), *[600 + minute % 7] * 4, "r", at)
        database.ask(METRIC, "net_prem_net_call_premium", minute * minute % 11, at, at)
        database.ask(METRIC, "net_prem_net_put_premium", 3, at, at)
        known_at = at if minute % 10 == 0 else MORNING
        database.ask(LATE.replace("-n", f"-n - {1000 * minute}").replace("40", "1"), at, at, known_at)

    night(database, collector, tmp_path, now="2026-11-21T08:00:00-05:00", at="2026-11-21T08:00:00-05:00")

    found = database.ask("select pair, minutes, known_share, value from derived.correlations order by 1")
    assert found[0] == ("dark-flow", 60, 0.1, None)
    assert found[1][:3] == ("flow-price", 60, 0.1)
    assert found[1][3] is not None


def test_the_hour_is_new_yorks_in_summer_and_in_winter():
    assert as_of(DAY) == HOUR
    assert as_of(date(2026, 7, 1)).isoformat() == "2026-07-02T02:00:00+00:00"


@pytest.mark.slow
def test_the_stored_history_is_shown_with_its_hour_and_version(collected, collector, tmp_path):
    day = ("SPY", "--stored", "--date", str(DAY))
    nothing = asked(collected, "signals", *day)
    night(collected, collector, tmp_path)

    said = {word: asked(collected, word, *day) for word in ("signals", "lead-lag")}
    rows = json.loads(asked(collected, "lead-lag", *day, "--json")[1])["stored"]

    assert nothing == (1, "nothing of SPY is stored for these days; `make nightly` stores them\n")
    assert all(code == 0 and max(map(len, text.splitlines())) <= 80 for code, text in said.values())
    assert "bullish_flow 1 too little known 11-20 22:00" in " ".join(said["signals"][1].split())
    assert "2026-11-20 dark-flow 2 " in " ".join(said["lead-lag"][1].split())
    kept = collected.ask("select value from derived.correlations where symbol = 'SPY' order by pair")
    assert [row["value"] for row in rows] == [value for (value,) in kept]
    assert {row["as_of"] for row in rows} == {HOUR.astimezone(timezone.utc).isoformat()}
