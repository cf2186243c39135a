"""The live stream as a process, against the simulator's WebSocket and a real database."""

import json
import signal
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from embedded import wait_until
from prints import served, stored

from collector.store.spool import Spool

DAY = "2026-11-20"
MIDDAY = "2026-11-20T17:00:00Z"
NIGHT = "2026-11-21T02:30:00Z"  # 21:30 in New York
NEXT_MORNING = "2026-11-21T11:50:00Z"
ALL = ["flow-alerts", "off_lit_trades", "option_trades:QQQ", "option_trades:SPY"]
ON = {"COLLECTOR_STREAM_ENABLED": "true"}


@pytest.fixture
def streaming(collector, simulator):
    """Starts it at midday; gives the process once it has joined everything."""

    def start(joins=ALL, **changed):
        collector.clock(simulator, MIDDAY)
        simulator.published(reset=True)
        process = collector.start("stream", **ON, **changed)
        wait_until(lambda: process.poll() is not None or simulator.published()["joins"] == joins)
        assert process.poll() is None, process.communicate()[1]
        return process

    yield start
    for process in collector.started:
        process.kill()
    wait_until(lambda: simulator.published()["connections"] == 0)


def ended(process, how=signal.SIGTERM):
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    return subprocess.CompletedProcess("stream", process.returncode, out, err)


def ids(database, flow_type, symbol=None):
    return Counter(
        one
        for (one,) in database.ask(
            "select record_id from trading.options_flow where flow_type = %s and symbol = coalesce(%s, symbol)",
            flow_type,
            symbol,
        )
    )


def sent(simulator, channel):
    return set(simulator.published()["channels"].get(channel, {}))


def print_facts(database):
    return Counter(
        "|".join(map(str, row))
        for row in database.ask(
            """select symbol, to_char(executed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                      price, size, volume from trading.darkpool_trades"""
        )
    )


def facts_sent(simulator):
    return {one.rpartition("|")[0] for one in sent(simulator, "off_lit_trades")}


def everything_is_stored(simulator, database):
    return (
        set(print_facts(database)) == facts_sent(simulator)
        and set(ids(database, "alert")) == sent(simulator, "flow-alerts")
        and set(ids(database, "recent", "SPY")) == sent(simulator, "option_trades:SPY")
        and set(ids(database, "recent", "QQQ")) == sent(simulator, "option_trades:QQQ")
    )


def test_what_the_stream_shows_is_stored_once_and_the_passes_name_and_complete_it(
    collector, simulator, database, streaming
):
    process = streaming()
    simulator.advance(1800)
    wait_until(lambda: len(facts_sent(simulator)) > 100 and everything_is_stored(simulator, database))
    assert set(print_facts(database).values()) == {1}
    assert len(sent(simulator, "flow-alerts")) > 5
    done = ended(process)
    assert (done.returncode, done.stderr) == (0, "")

    collector.at(simulator, NIGHT)
    collector.at(simulator, NEXT_MORNING)
    for symbol in ("SPY", "QQQ"):
        assert stored(database, symbol, DAY) == served(simulator, symbol, DAY)
    assert database.one("select count(*) from trading.darkpool_trades where tracking_id < 0") == 0
    assert set(ids(database, "recent").values()) == {1}
    assert database.one("select count(*) from ops.quarantine") == 0
    assert database.one("select count(*) from ops.schema_drift") == 0


def test_the_stream_covers_nothing_so_the_next_pass_asks_for_all_of_it(
    collector, simulator, database, streaming
):
    process = streaming()
    simulator.advance(600)
    wait_until(lambda: print_facts(database))
    ended(process)
    covered = database.ask("select feed from ops.coverage where not isempty(covered) or feed !~ '^stream_'")
    assert covered == []
    kind, outcome = database.ask("select kind, outcome from ops.runs")[0]
    assert (kind, outcome) == ("stream", "stopped")


def test_a_connection_that_breaks_is_made_again_with_all_its_joins(simulator, database, streaming, tmp_path):
    streaming()
    simulator.faults(socket_close_after=3)
    simulator.advance(600)
    wait_until(lambda: simulator.published()["counts"].get("cut") == 1)
    wait_until(lambda: simulator.published()["joins"] == ALL)
    simulator.published(reset=True)
    simulator.advance(600)
    wait_until(lambda: facts_sent(simulator) and facts_sent(simulator) <= set(print_facts(database)))
    wait_until(lambda: json.loads((tmp_path / "stream.json").read_text())["connections_ended"] == 1)
    assert "the stream was closed (1006)" in (tmp_path / "collector.log").read_text()


def test_silence_while_the_market_is_open_leads_to_a_new_connection(simulator, streaming, tmp_path):
    streaming(COLLECTOR_STREAM_SILENCE_S="5")
    simulator.faults(socket_silent_s=8)
    wait_until(lambda: "no message for 5 s" in (tmp_path / "collector.log").read_text())
    wait_until(lambda: simulator.published()["joins"] == ALL)


def test_only_wanted_symbols_and_channels_are_stored(simulator, database, streaming):
    streaming(["off_lit_trades"], COLLECTOR_SYMBOLS="QQQ", COLLECTOR_STREAM_CHANNELS="off_lit_trades")
    simulator.advance(900)

    def of(symbol):
        return {one for one in facts_sent(simulator) if one.startswith(symbol)}

    wait_until(lambda: of("SPY") and of("QQQ") and set(print_facts(database)) == of("QQQ"))
    assert not ids(database, "recent")


def test_a_plan_without_the_stream_is_said_in_one_line_and_ends_with_5(collector, simulator):
    simulator.faults(socket_no_scope=True)
    done = collector("stream", **ON)
    simulator.faults(socket_no_scope=False)
    assert done.returncode == 5
    assert done.stderr == "collector: the API plan has no live stream (websocket scope)\n"


def test_a_channel_that_is_refused_is_named_and_the_others_are_stored(
    simulator, database, streaming, tmp_path
):
    simulator.faults(socket_joins=2)
    streaming(["flow-alerts", "off_lit_trades"])
    simulator.advance(600)
    wait_until(lambda: print_facts(database))
    assert 'event="join refused" channel=option_trades:SPY' in (tmp_path / "collector.log").read_text()

    state = tmp_path / "stream.json"
    wait_until(state.exists)
    wait_until(lambda: json.loads(state.read_text())["refused"] == ["option_trades:QQQ", "option_trades:SPY"])


def test_a_plan_with_none_of_the_channels_ends_with_5(collector, simulator):
    simulator.faults(socket_joins=0)
    done = collector("stream", **ON)
    assert done.returncode == 5
    assert "none of the channels that COLLECTOR_STREAM_CHANNELS names" in done.stderr


def test_a_wrong_key_ends_with_4_and_is_shown_nowhere(collector, tmp_path):
    done = collector("stream", **ON, COLLECTOR_API_KEY="wrong-5151", COLLECTOR_LOG_LEVEL="debug")
    assert (done.returncode, done.stderr) == (
        4,
        "collector: the API refuses the key (401): check COLLECTOR_API_KEY\n",
    )
    said = done.stdout + "".join(path.read_text() for path in Path(tmp_path).glob("*.*"))
    assert "wrong-5151" not in said


def test_an_api_that_is_away_is_tried_again_without_a_word_of_the_token(collector, simulator, tmp_path):
    process = collector.start(
        "stream", **ON, COLLECTOR_API_URL="http://127.0.0.1:9", COLLECTOR_LOG_LEVEL="debug"
    )
    log = tmp_path / "collector.log"
    wait_until(lambda: log.exists() and log.read_text().count("event=stream") >= 2)
    done = ended(process)
    assert done.returncode == 0
    assert "ConnectionRefusedError" in log.read_text()
    assert simulator.api_key not in log.read_text() + done.stdout + done.stderr


def test_it_refuses_to_run_where_it_is_switched_off(collector):
    done = collector("stream")
    assert done.returncode == 2
    assert "set collector_stream_enabled: true" in done.stderr


def test_a_second_one_is_refused(collector, streaming):
    streaming()
    done = collector("stream", **ON)
    assert (done.returncode, done.stderr) == (
        1,
        "collector: another stream is at work: wait for it, or end it first\n",
    )


@pytest.fixture
def outage(server, database):
    """The database is away from the moment this is called until what it gives is called."""

    def begin():
        server.execute(f"alter database {database.name} allow_connections false")
        server.execute(
            f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.name}'"
        )
        return lambda: server.execute(f"alter database {database.name} allow_connections true")

    return begin


def test_while_the_database_is_away_pages_wait_in_the_spool_and_are_stored_when_it_is_back(
    simulator, database, streaming, outage, tmp_path
):
    streaming(["off_lit_trades"], COLLECTOR_STREAM_CHANNELS="off_lit_trades")
    end = outage()
    simulator.advance(600)
    wait_until(lambda: list((tmp_path / "spool").glob("*.page")))
    end()
    wait_until(lambda: set(print_facts(database)) == facts_sent(simulator), timeout_s=40)
    assert not list((tmp_path / "spool").glob("*.page"))


def test_a_pass_of_cron_stores_what_the_stream_left_in_the_spool(
    collector, simulator, database, streaming, outage
):
    process = streaming(["off_lit_trades"], COLLECTOR_STREAM_CHANNELS="off_lit_trades")
    end = outage()
    simulator.advance(600)
    spool = Spool(Path(collector.settings["COLLECTOR_STATE_DIR"]) / "spool", 10**9)
    wait_until(spool.waiting)
    assert ended(process).returncode == 0
    left = {(row["symbol"], row["volume"]) for page in spool.pages() for row in page.rows}
    end()
    collector.settings["COLLECTOR_FEEDS"] = "iv_rank"
    assert "pages that waited are stored" in collector("run").stdout
    assert set(database.ask("select symbol, volume from trading.darkpool_trades")) == left
    assert len(left) > 5


def test_five_hundred_messages_a_second_are_stored_as_fast_as_they_come(simulator, database, streaming):
    streaming(["off_lit_trades"], COLLECTOR_STREAM_CHANNELS="off_lit_trades")
    messages = simulator.publish("off_lit_trades", per_second=500, seconds=4)
    wait_until(lambda: simulator.published()["counts"].get("sent off_lit_trades", 0) >= messages)
    # A machine that is busy with other things gets a moment; a stream that falls behind needs many.
    wait_until(lambda: sum(print_facts(database).values()) >= messages, timeout_s=4)


def test_alerts_keep_their_numbers(simulator, database, streaming):
    streaming()
    simulator.advance(900)
    wait_until(lambda: ids(database, "alert"))
    ((premium, asked, bid),) = database.ask(
        """select premium, (detail->>'total_ask_side_prem')::numeric, (detail->>'total_bid_side_prem')::numeric
           from trading.options_flow where flow_type = 'alert' limit 1"""
    )
    assert premium >= asked + bid >= Decimal(0) < premium


def test_a_pass_does_not_load_the_websocket_library():
    program = "import sys, collector.cli; sys.exit('websockets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
