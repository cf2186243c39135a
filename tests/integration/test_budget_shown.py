"""`collector budget`: what the limits are and what they went to, without a database."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from budgeted import ask

from collector.core import errors
from collector.wire.budget import Budget
from collector.wire.client import Client
from collector.wire.spending import Call

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shown(tmp_path):
    """Calls the command as a person would, where no database is."""

    def call(*words):
        environment = {
            "PATH": os.environ["PATH"],
            "COLLECTOR_API_KEY": "sekrit-canary",
            "COLLECTOR_STATE_DIR": str(tmp_path),
            "COLLECTOR_DATABASE_DSN": "dbname=x host=/nonexistent",
        }
        command = [sys.executable, "-m", "collector", "budget", *words, "--env-file", "/dev/null"]
        done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "sekrit" not in done.stdout
        return done.stdout

    return call


@pytest.fixture
def spending(fresh_simulator, tmp_path):
    """A client that uses the host's own clocks."""
    budget = Budget(str(tmp_path))
    made = Client(
        fresh_simulator.url, "test-key", "9.9", 5, lambda _: None, budget, lambda: datetime.now(UTC)
    )
    yield made
    made.close()


def test_before_the_first_request_the_limits_are_called_guesses(shown):
    text = shown()
    assert "first guesses" in text
    assert "nothing was asked for" in text
    assert json.loads(shown("--json"))["minute"] == {
        "limit": 120,
        "used": 0,
        "left": 120,
        "resets_in_s": 0.0,
    }


def test_limits_spending_refusals_and_breakers_are_told_in_80_columns(fresh_simulator, spending, shown):
    fresh_simulator.faults(requests_per_minute=200, daily_limit=20_000)
    for _ in range(3):
        ask(spending, "darkpool_trades")
    fresh_simulator.faults(html_200=18)
    for _ in range(3):
        with pytest.raises(errors.Transient):
            ask(spending, "market_tide", 30)
    ask(spending, "darkpool_trades", filling=True)
    text = shown()
    assert max(map(len, text.splitlines())) <= 80
    rows = {line.split("  ")[0]: line.split() for line in text.splitlines() if line}
    assert rows["minute"][1:4] == ["200", "22", "178"]
    assert rows["day"][1:4] == ["20,000", "22", "19,978"]
    assert rows["in flight"][2:5] == ["3", "0", "3"]
    assert rows["darkpool_trades"][1:4] == ["3", "1", "18.2"]
    assert rows["market_tide"][1:7] == ["18", "0", "81.8", "%", "unreadable", "18"]
    assert "market_tide failed again and again: asked again in" in text
    assert "as the server last told them" in text
    found = json.loads(shown("--json"))
    assert found["feeds"]["darkpool_trades"] == {"now": 3, "filling": 1, "outcomes": {"ok": 4}}
    assert 0 < found["day"]["resets_in_s"] <= 25 * 3600
    assert found["breakers"].keys() == {"market_tide"}


def test_a_request_on_its_way_is_shown_in_flight(tmp_path, shown):
    budget = Budget(str(tmp_path))
    call = Call("prints", 10)
    permit = budget.ask(call, datetime.now(UTC))
    assert json.loads(shown("--json"))["in_flight"]["used"] == 1
    budget.give_back(permit, None, "network", datetime.now(UTC))
    assert json.loads(shown("--json"))["in_flight"]["used"] == 0


def test_a_week_is_shown_and_no_more(tmp_path, shown):
    spent = {f"2026-01-{day:02}": {"prints": {"now": {"ok": day}}} for day in range(1, 13)}
    (tmp_path / "budget.json").write_text(json.dumps({"spent": spent}))
    days = [line.split()[0] for line in shown().splitlines() if line.startswith("2026-01")]
    assert days == [f"2026-01-{day:02}" for day in range(12, 5, -1)]
