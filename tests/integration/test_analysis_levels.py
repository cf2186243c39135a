"""The command on a day that the real collector took from the simulator, against sums that PostgreSQL makes itself."""

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import date
from decimal import Decimal

import psycopg2
import pytest
from prints import served
from psycopg2 import sql

from analysis.load.whole import Wanted, question
from collector.core.clock import new_york_day

DAY = "2026-11-20"
OFF_MARKET = {"average_price_trade", "prior_reference_price", "prio_reference_price", "contingent_trade"}
OFF_MARKET_CODES = {"derivative_priced", "qualified_contingent_trade"}


def analysis(*words: str, dsn: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **({"ANALYSIS_DSN": dsn} if dsn else {})}
    return subprocess.run(
        [sys.executable, "-m", "analysis", *words],
        text=True,
        capture_output=True,
        env=environment,
        check=False,
    )


@pytest.fixture
def collected(simulator, collector, database):
    done = collector.at(simulator, f"{DAY}T21:05:03-05:00")
    assert done.returncode == 0, done.stdout + done.stderr
    return database


def test_levels_are_the_truth_of_who_served_the_prints(collected, simulator):
    truth = simulator.truth("darkpool", symbol="SPY", date=DAY)
    used = [
        row
        for row in truth
        if not row["canceled"]
        and row["sale_cond_codes"] not in OFF_MARKET
        and row["trade_code"] not in OFF_MARKET_CODES
    ]
    canceled = [row for row in truth if row["canceled"]]
    assert canceled
    assert len(used) + len(canceled) < len(truth), "no off-market print: the test proves less than it says"

    answer = json.loads(analysis("levels", "SPY", "--json", dsn=collected.dsn("analyst")).stdout)

    assert answer["session_date"] == DAY
    assert answer["prints"] == len(used)
    assert Decimal(answer["profile"]["shares"]) == sum(row["size"] for row in used)
    assert sum(Decimal(level["premium"]) for level in answer["profile"]["levels"]) == sum(
        Decimal(row["premium"]) for row in used
    )
    assert answer["left_out"]["canceled"]["prints"] == len(canceled)
    assert answer["left_out"]["off-market price"]["prints"] == len(truth) - len(used) - len(canceled)
    assert answer["not_collected"] == []


@pytest.mark.slow
def test_cent_levels_are_those_of_the_databases_own_view(collected):
    answer = json.loads(
        analysis(
            "levels", "QQQ", "--date", DAY, "--step", "0.01", "--json", "--dsn", collected.dsn("analyst")
        ).stdout
    )

    rows = collected.ask(
        "select price, shares, premium, prints from trading.darkpool_levels"
        " where symbol = 'QQQ' and session_date = %s order by price",
        DAY,
    )
    assert len(rows) > 50
    assert [
        (Decimal(one["price"]), Decimal(one["shares"]), Decimal(one["premium"]), one["prints"])
        for one in answer["profile"]["levels"]
    ] == rows


def test_the_table_fits_a_terminal_and_says_what_it_is_not(collected):
    done = analysis("levels", "spy", "--date", DAY, dsn=collected.dsn("analyst"))

    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "not how much traded in the dark" in done.stdout.replace("\n", " ")


@pytest.mark.slow
def test_a_morning_is_shown_as_a_morning(simulator, collector, database):
    assert collector.at(simulator, f"{DAY}T12:00:03-05:00").returncode == 0
    assert served(simulator, "SPY", DAY)

    done = analysis("levels", "SPY", dsn=database.dsn("analyst"))

    assert "INCOMPLETE, not collected (New York): 12:00:0" in done.stdout


@pytest.mark.slow
def test_a_symbol_that_was_never_collected_is_exit_1(database):
    done = analysis("levels", "GLD", dsn=database.dsn("analyst"))

    assert done.returncode == 1
    assert "no print of GLD was ever collected here" in done.stdout


@pytest.mark.slow
def test_a_day_without_prints_is_exit_1_and_says_that_nothing_was_collected(database):
    done = analysis("levels", "SPY", "--date", DAY, dsn=database.dsn("analyst"))

    assert done.returncode == 1
    assert "No print to show for SPY on 2026-11-20." in done.stdout
    assert "INCOMPLETE, not collected (New York): 04:00:00 to 20:00:00." in done.stdout


@pytest.mark.slow
def test_a_database_that_is_not_of_this_release_is_exit_1(empty_database):
    done = analysis("levels", "SPY", dsn=empty_database.dsn())

    assert done.returncode == 1
    assert done.stderr == 'analysis: relation "trading.darkpool_trades" does not exist\n'


@pytest.mark.slow
def test_a_database_that_is_away_is_exit_3_and_says_what_to_give():
    done = analysis("levels", "SPY", dsn="host=127.0.0.1 port=1 dbname=x")

    assert done.returncode == 3
    assert "--dsn or ANALYSIS_DSN" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["levels", "SPY", "--date", "20-11-2026"], ["levels", "SPY", "--step", "0"], []]
)
def test_wrong_words_are_exit_2(words):
    assert analysis(*words).returncode == 2


def test_a_days_prints_are_found_by_the_index(database):
    with closing(psycopg2.connect(database.dsn("analyst"), options="-c enable_seqscan=off")) as connection:
        cursor = connection.cursor()
        wanted = Wanted("darkpool_trades", ("SPY",), *new_york_day(date.fromisoformat(DAY)), ("price",))
        cursor.execute(sql.SQL("explain ") + question(wanted, "executed_at"))
        plan = [line for (line,) in cursor]

    bounded = [
        line for line in plan if "Index Cond" in line and "executed_at >=" in line and "executed_at <" in line
    ]
    assert bounded, plan
