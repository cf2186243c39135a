"""The nights of a collected market: computed by the analysis, stored by the collector; and what is planted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.signals.stored import as_of
from collector.core.clock import Clock
from collector.core.sessions import Session

ROOT = Path(__file__).resolve().parents[1]
# What a night needs beside the feeds that the other rules look at.
FEEDS = "flow_per_expiry,net_prem_ticks"
# By then no page is due any more, which nobody here would read.
AFTERWARDS = timedelta(days=5)
STORED = """
select * from (select count(*), count(value), count(*) filter (where value <> 0) from derived.signals) as signals,
  (select count(*), count(value), count(*) filter (where evidence and low * high > 0)
   from derived.correlations) as moved
"""
SIGNAL = """
update derived.signals set value = %s where symbol = 'SPY' and rule = any (%s) and session_date = %s returning rule
"""
CORRELATION = """
update derived.correlations set value = %s, low = %s, high = %s, evidence = %s
where symbol = 'SPY' and pair = %s and session_date = %s returning pair
"""


def store(dsn: str, sessions: Sequence[Session], folder: str) -> str:
    """As `make nightly` does on the laptop and the server, of all of them at once; what is stored of them."""
    now = as_of(sessions[-1].date) + AFTERWARDS
    lines = f"{folder}/nights.jsonl"
    words = ("nightly", "--dsn", dsn, "--since", str(sessions[0].date), "--now", now.isoformat())
    _run("analysis", *words, "--keep", lines, "--reports", folder, "--trials", f"{folder}/trials.jsonl")
    # Nobody is asked; only beside the vendor's own address the clock may not be moved.
    given = {
        "API_KEY": "x",
        "API_URL": "http://127.0.0.1:9",
        "DATABASE_DSN": dsn,
        "STATE_DIR": folder,
        "LOG_FILE": f"{folder}/log",
    }
    given["CLOCK_OFFSET_S"] = str(round((now - Clock().now()).total_seconds()))
    with Path(lines).open("rb") as said:
        environment = {f"COLLECTOR_{name}": text for name, text in given.items()}
        _run("collector", "keep", "--env-file", "/dev/null", given=said.fileno(), **environment)
    with closing(psycopg2.connect(dsn)) as connection:
        (found,) = _ask(connection, STORED)
    return "nights: {} signals, {} known, {} on a side; {} correlations, {} known, {} stand out".format(
        *found
    )


def _run(*words: str, given: int | None = None, **environment: str) -> None:
    path = {"PATH": os.environ["PATH"]}  # noqa: TID251 - a process needs it
    subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, env={**path, **environment}, check=True, stdin=given,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def plant(connection: Connection, before: date, newest: date) -> dict[str, set[str]]:
    """Into the newest night a turn of a signal and of a correlation, and what looks like one; the events by rule."""
    _signals(connection, ["dark_accumulation", "bullish_flow", "put_buying"], before, 0)
    _signals(connection, ["dark_accumulation"], newest, 1)
    # Nobody asked for one of these.
    _signals(connection, ["bullish_flow", "put_buying"], newest, -1)
    _correlation(connection, "dark-flow", before, -0.3, evidence=True)
    _correlation(connection, "dark-flow", newest, 0.3, evidence=True)
    # Its interval holds no 0, and there is no evidence.
    _correlation(connection, "flow-price", before, -0.3, evidence=True)
    _correlation(connection, "flow-price", newest, 0.3, evidence=False)
    return {"signal_turn": {f"dark_accumulation/{newest}"}, "correlation_turn": {f"dark-flow/{newest}"}}


def _signals(connection: Connection, rules: list[str], day: date, value: int) -> None:
    if len(_ask(connection, SIGNAL, value, rules, day)) != len(rules):
        raise SystemExit(f"the night of {day} has no signals to plant into")


def _correlation(connection: Connection, pair: str, day: date, value: float, *, evidence: bool) -> None:
    if not _ask(connection, CORRELATION, value, value - 0.1, value + 0.1, evidence, pair, day):
        raise SystemExit(f"the night of {day} has no correlation to plant into")


def _ask(connection: Connection, statement: str, *values: object) -> list[tuple[object, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
