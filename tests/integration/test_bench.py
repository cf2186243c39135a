"""The benchmarks still run; what they measure is in docs/benchmarks.md."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def bench(*words, program="bench/store_pages.py"):
    return subprocess.run(
        [sys.executable, program, *words],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.slow
def test_storing_pages_is_measured_beside_its_rivals():
    done = bench("--rows", "600", "--rounds", "1", "--psycopg2")

    assert done.returncode == 0, done.stderr
    for way in (
        "collector, a commit a page",
        "execute_values, a commit a page",
        "execute_values, one commit",
    ):
        assert done.stdout.count(f"| {way} |") == 3
    assert done.stdout.count("| bare COPY, one commit |") == 1


@pytest.mark.slow
def test_queries_on_ten_times_the_months_are_measured_both_ways():
    done = bench("--rows", "900", "--rounds", "1", program="bench/partitions.py")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| a partition a month |") == done.stdout.count("| one table |") == 5


@pytest.mark.slow
def test_the_status_page_is_measured_beside_the_whole_ledger():
    done = bench("--months", "1", "--rounds", "1", program="bench/status_page.py")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| 0.") + done.stdout.count("| 1.") == 3


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_default_rules_find_every_planted_event_and_no_decoy():
    done = bench("--sessions", "1", "--before", "11", "--prints", "800", program="bench/alerts.py")

    assert done.returncode == 0, done.stderr
    judged = done.stdout.partition("planted events and decoys")[2]
    rows = [line.strip("| ").split(" | ") for line in judged.splitlines() if line.startswith("| ")][1:]
    found = {rule: (planted, found) for rule, planted, found, *_ in rows}
    assert found.keys() >= {
        "block_print",
        "level_cluster",
        "unusual_premium",
        "sweep",
        "tide_turn",
        "iv_rank_change",
        "signal_turn",
        "correlation_turn",
    }
    assert {rule: numbers for rule, numbers in found.items() if numbers[0] != numbers[1]} == {}
    besides = {row[0]: row[3] for row in rows}
    for rule in ("block_print", "signal_turn", "correlation_turn"):
        assert (besides[rule], found[rule] != ("0", "0")) == ("0", True), "a decoy was taken for an event"


def test_each_number_that_is_written_down_has_its_command_and_its_rival():
    written = (ROOT / "docs" / "benchmarks.md").read_text()
    sections = written.split("\n## ")[1:]

    assert sections
    for section in sections:
        assert "`python bench/" in section
        assert len([line for line in section.splitlines() if line.startswith("| ")]) >= 3


@pytest.mark.slow
def test_pages_of_the_dashboard_are_measured_beside_sums_of_prints():
    done = bench(
        "--rows", "20000", "--months", "3", "--rounds", "1", "--every", "60", program="bench/dashboard.py"
    )

    assert done.returncode == 0, done.stderr
    assert "| a symbol's day |" in done.stdout
    assert "| levels of 60 sessions, from prints |" in done.stdout


@pytest.mark.slow
def test_pages_of_the_dashboard_are_the_same_when_their_months_are_archived():
    done = bench(
        "--rows",
        "6000",
        "--months",
        "3",
        "--rounds",
        "1",
        "--every",
        "120",
        "--archived",
        program="bench/dashboard.py",
    )

    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[0].strip("| ") for line in done.stdout.splitlines() if line.startswith("| ")][
        1:
    ]
    assert [one for one in rows if f"{one}, archived" in rows] == rows[: len(rows) // 2]
    assert "a symbol's day, archived" in rows


@pytest.mark.slow
def test_levels_and_the_report_are_measured_beside_pandas_with_the_same_numbers():
    done = bench("--rows", "2000", "--before", "1", "--rounds", "1", program="bench/levels.py")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| 0.") + done.stdout.count("| 1.") + done.stdout.count("| 2.") >= 4


@pytest.mark.slow
def test_a_backtest_at_one_minute_bars_is_measured_beside_pandas_with_equal_trades():
    done = bench("--years", "1", "--symbols", "1", "--pandas-only", program="bench/backtest.py")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("98,280 bars each; equal trades and equal money") == 1


@pytest.mark.slow
def test_false_alarms_are_counted_beside_those_of_plainer_ways():
    done = bench("--rounds", "20", program="bench/evidence.py")

    assert done.returncode == 0, done.stderr
    assert len([line for line in done.stdout.splitlines() if line.startswith("| ")]) == 7
