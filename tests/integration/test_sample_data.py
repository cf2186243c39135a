"""One command fills an empty database, and never one that holds something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def fill(dsn):
    words = [sys.executable, "sql/sample_data.py", "--dsn", dsn, "--prints", "150"]
    return subprocess.run(words, cwd=ROOT, env=os.environ, text=True, capture_output=True, check=False)


@pytest.mark.slow
def test_an_empty_database_gets_a_day_in_every_table_and_a_used_one_is_refused(empty_database):
    dsn = empty_database.dsn("postgres")
    done = fill(dsn)

    assert done.returncode == 0, done.stderr
    tables = empty_database.ask(
        """select c.relname::text from pg_class c
           where relnamespace = 'trading'::regnamespace and relkind in ('r', 'p') and not relispartition"""
    )
    filled = {name for (name,) in tables if empty_database.one(f"select count(*) from trading.{name}")}
    assert {name for (name,) in tables} - filled <= {"history"}
    days = empty_database.ask(
        "select distinct (executed_at at time zone 'America/New_York')::date::text from trading.darkpool_trades"
    )
    assert days == [("2026-11-20",)]

    again = fill(dsn)
    assert again.returncode == 1
    assert "give an empty one" in again.stderr
