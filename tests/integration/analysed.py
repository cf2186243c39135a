"""Rows put into the database by hand, and the command that is asked about them."""

import contextlib
import io
import json
import os
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from analysis import cli

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 20)
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)
NIGHT = OPEN + timedelta(hours=7)
BAR = (
    "insert into trading.bars (symbol, session_date, candle, starts_at, ends_at, open, high, low, close, volume,"
    " market_time, collected_at) values ('SPY', %s, '1m', %s, %s, %s, %s, %s, %s, 100, %s, %s)"
)
METRIC = (
    "insert into trading.market_metrics (symbol, metric_type, value, timestamp, collected_at)"
    " values ('SPY', %s, %s, %s, %s)"
)
FLOW = (
    "insert into trading.options_flow (symbol, strike, expiry, flow_type, premium, contract_size, collected_at,"
    " record_id, session_date, executed_at, detail) values ('SPY', %s, %s, %s, 1, 1, %s, %s, %s, %s, %s)"
)
PRINT = (
    "insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at,"
    " trf_executed_at, nbbo_bid, nbbo_ask, collection_time) values (%s, 'SPY', %s, 10, %s, %s, %s, %s, 9.99, 10.01, %s)"
)


def analysis(database, *words: str, cwd=None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "analysis", *words],
        text=True,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "ANALYSIS_DSN": database.dsn("analyst"), "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        check=False,
    )


def inside(database, *words: str) -> subprocess.CompletedProcess[str]:
    """The same in this process: no second for an interpreter."""
    out, complaint = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaint):
        try:
            code = cli.main([*words, "--dsn", database.dsn("analyst")])
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), complaint.getvalue())


def answer(database, *words: str, cwd=None):
    done = analysis(database, *words, "--json", cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout, parse_float=Decimal)


def fits(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    return " ".join(done.stdout.split())


def put_flow(database, session: date, at: datetime, days: int, **sums: int) -> None:
    keys = [
        f"{right}_{what}"
        for right in ("call", "put")
        for what in ("premium", "volume", "otm_premium", "otm_volume")
    ]
    keys += [f"{right}_premium_{side}_side" for right in ("call", "put") for side in ("ask", "bid")]
    detail = json.dumps({key: str(sums.get(key, 0)) for key in keys})
    expiry = session + timedelta(days=days)
    database.ask(FLOW, None, expiry, "per_expiry", at, f"{expiry}@{at}", session, None, detail)


def put_bar(database, at: datetime, price: float, known_at: datetime, market_time: str = "r") -> None:
    database.ask(BAR, at.date(), at, at + timedelta(minutes=1), *[price] * 4, market_time, known_at)


def put_print(database, number: int, at: datetime, size: int, known_at: datetime | None = None) -> None:
    executed = at - timedelta(seconds=60 if number % 2 else 1)
    database.ask(PRINT, number, size, number, size * 10, at, executed, known_at or at + timedelta(minutes=1))
