"""One budget for all processes of the host, against a server that counts for itself."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import simulator_process
from budgeted import NOON, ask
from embedded import wait_until

from collector.core import errors
from collector.wire.budget import Budget
from collector.wire.client import Client
from collector.wire.spending import Call
from collector.wire.told import Told

ROOT = Path(__file__).resolve().parents[2]
PRINTS = Call("prints", 10)


@pytest.fixture
def narrow():
    """30 requests in a minute of three seconds."""
    running = simulator_process.start(prints_per_day=1200, requests_per_minute=30, minute_s=3)
    yield running
    running.stop()


@pytest.fixture
def hammers(tmp_path):
    """Starts clients as processes that share one folder; none outlives the test."""
    started = []

    def start(simulator, count, feed="prints", priority=10):
        words = [simulator.url, str(tmp_path), str(count), feed, str(priority)]
        command = [sys.executable, str(ROOT / "tests/integration/hammer.py"), *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process):
    out, _ = process.communicate(timeout=600)
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("processes", [2, 4])
def test_processes_that_start_together_are_never_refused(narrow, hammers, tmp_path, processes):
    narrow.faults(latency_ms=40)
    each = 72 // processes
    running = [hammers(narrow, each, f"feed{number}") for number in range(processes)]
    assert [said(process)[-1]["ok"] for process in running] == [each] * processes
    counters = narrow.counters()
    assert counters["refusals"] == {}
    assert counters["max_in_flight"] <= 3
    assert counters["total"] == 72
    state = Budget(str(tmp_path)).look()
    assert state.minute.limit == 30
    assert sum(n for feed in state.spent[state.day.date].values() for n in feed["now"].values()) == 72


def test_all_of_the_minute_is_used_not_a_cautious_part_of_it(narrow, hammers):
    began = time.monotonic()
    running = [hammers(narrow, 45) for _ in range(2)]
    assert [said(process)[-1]["ok"] for process in running] == [45, 45]
    # 90 requests are three windows of 30: two waits of three seconds, and the start of two processes.
    assert time.monotonic() - began < 9.5


def test_three_slow_requests_are_in_flight_and_never_a_fourth(fresh_simulator, hammers):
    fresh_simulator.faults(latency_ms=150)
    running = [hammers(fresh_simulator, 8) for _ in range(4)]
    assert [said(process)[-1]["ok"] for process in running] == [8] * 4
    counters = fresh_simulator.counters()
    assert counters["max_in_flight"] == 3
    assert counters["refusals"] == {}


def test_a_slot_comes_back_when_its_process_is_killed(fresh_simulator, hammers, tmp_path):
    fresh_simulator.faults(latency_ms=1500)
    victims = [hammers(fresh_simulator, 50) for _ in range(3)]
    wait_until(lambda: len(Budget(str(tmp_path)).look().underway) == 3)
    for victim in victims:
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
    fresh_simulator.faults(latency_ms=0)
    assert said(hammers(fresh_simulator, 5))[-1]["ok"] == 5
    assert fresh_simulator.counters()["refusals"] == {}
    # The last victim's slot rests a moment longer than the first one's.
    wait_until(lambda: said(hammers(fresh_simulator, 1)) and not Budget(str(tmp_path)).look().underway)
    state = Budget(str(tmp_path)).look()
    assert state.spent[state.day.date]["prints"]["now"]["unanswered"] == 3


def test_a_server_that_tells_nothing_is_counted_by_ourselves(narrow, hammers, tmp_path):
    narrow.faults(no_rate_headers=True, requests_per_minute=1000)
    assert [said(process)[-1]["ok"] for process in [hammers(narrow, 20) for _ in range(2)]] == [20, 20]
    state = Budget(str(tmp_path)).look()
    assert (state.minute.left, state.minute.limit) == (80, 120)
    assert state.day.used == 40
    assert not state.day.known


def test_of_those_who_wait_for_the_minute_the_most_valuable_goes_first(fresh_simulator, client, fake):
    fresh_simulator.faults(requests_per_minute=1)
    ask(client)
    calls = [Call("prints", 10, filling=True), Call("tide", 30), Call("prints", 10)]
    turns = []

    def wait(call):
        while isinstance(permit := client.budget.ask(call, NOON), float):
            time.sleep(0.01)
        turns.append(call)
        client.budget.give_back(permit, Told(fake.at, remaining=9, reset_s=60.0, counter=1), "ok", NOON)

    threads = [threading.Thread(target=wait, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(client.budget.look().waiting) == 3)
    assert turns == []
    fake.at = client.budget.look().minute.ends_at
    for thread in threads:
        thread.join()
    assert turns == [calls[2], calls[1], calls[0]]


def test_threads_of_one_client_keep_the_limit_too(fresh_simulator, tmp_path):
    fresh_simulator.faults(latency_ms=60)
    budget = Budget(str(tmp_path))
    client = Client(
        fresh_simulator.url,
        fresh_simulator.api_key,
        "9.9",
        5,
        time.sleep,
        budget,
        lambda: datetime.now(UTC),
    )
    threads = [threading.Thread(target=ask, args=(client,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    counters = fresh_simulator.counters()
    assert (counters["total"], counters["max_in_flight"], counters["refusals"]) == (12, 3, {})


def test_a_spent_day_is_not_asked_again_until_20_00_new_york(fresh_simulator, client, fake):
    fresh_simulator.faults(daily_limit=2)
    ask(client)
    ask(client)
    with pytest.raises(errors.DailyLimit, match="20:00 New York"):
        ask(client)
    assert fresh_simulator.counters()["total"] == 2
    fake.wall = datetime(2026, 11, 25, 0, 59, 59, tzinfo=UTC)
    with pytest.raises(errors.DailyLimit):
        ask(client)
    fresh_simulator.faults(daily_limit=50)
    fake.wall = datetime(2026, 11, 25, 1, 0, 0, tzinfo=UTC)
    ask(client)
    assert client.budget.look().day.limit == 50


def test_a_clock_that_is_behind_by_a_year_finds_the_new_day_out(fresh_simulator, client, fake):
    fake.wall -= timedelta(days=365)
    fresh_simulator.faults(daily_429=1)
    with pytest.raises(errors.DailyLimit):
        ask(client)
    with pytest.raises(errors.DailyLimit):
        ask(client)
    fake.at += 901
    ask(client)
    ask(client)
    assert fresh_simulator.counters()["total"] == 3


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=365)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_step_neither_stops_the_minute_nor_opens_it(fresh_simulator, client, fake, step, sign):
    fresh_simulator.faults(requests_per_minute=5)
    for _ in range(4):
        ask(client)
    fake.wall += sign * step
    ask(client)
    assert fake.naps == []
    assert client.budget.look().minute.left == 0
    assert fresh_simulator.counters()["refusals"] == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"minute":{"left":1',
        "[]",
        "null",
        "\x00" * 50,
        '{"minute":{"left":"many"}}',
        '{"boot":"b","minute":{"ends_at":1e300,"known":true}}',
        '{"boot":"b","minute":{"ends_at":NaN}}',
        '{"minute":{"limit":0}}',
        '{"in_flight":0}',
        '{"told_at":"yesterday"}',
        '{"spent":{"2026-11-24":{"x":{"now":{"ok":-1}}}}}',
        '{"boot":"b","breakers":{"host":{"wait_s":1e9,"opened_at":1}}}',
        "[" * 100_000,
    ],
)
def test_a_state_that_is_torn_or_nonsense_is_replaced_and_nothing_stops(client, fake, tmp_path, text):
    (tmp_path / "budget.json").write_text(text)
    ask(client)
    assert fake.naps == []
    assert client.budget.look().spent["2026-11-24"] == {"prints": {"now": {"ok": 1}}}


def test_after_a_boot_the_week_is_still_known_and_the_window_is_not(client, tmp_path):
    ask(client)
    client.budget.failed(PRINTS, host=True)
    after = Budget(str(tmp_path), clock=lambda: 3.0, boot="another").look()
    assert after.spent["2026-11-24"] == {"prints": {"now": {"ok": 1}}}
    assert (after.minute.known, after.minute.limit, after.breakers) == (False, 100_000, {})


def test_a_folder_that_is_not_there_is_told_with_its_fix(tmp_path):
    with pytest.raises(errors.SettingsError, match="change COLLECTOR_STATE_DIR"):
        Budget(str(tmp_path / "none")).admit(PRINTS, NOON)
