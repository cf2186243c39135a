"""How much memory a backfill takes, beside a program that fetches the same prints into a list and stores it at the end.

Peak resident memory of whole processes, against the API simulator on loopback and an embedded PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "integration"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import psycopg2
import simulator_process
from _prints import empty, server
from startup import settings

ROOT = Path(__file__).resolve().parents[1]
PRINTS_A_DAY = 30_000
MOST_MB = 80
EVENING = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
RIVAL = """
import sys, requests, psycopg2
from psycopg2.extras import execute_values
url, key, dsn, *days = sys.argv[1:]
names = ("tracking_id", "ticker", "size", "price", "volume", "premium", "executed_at")
rows = []
for day in days:
    cursor = {}
    while True:
        page = requests.get(url + "/api/darkpool/SPY", params={"date": day, "limit": 500} | cursor,
                            headers={"Authorization": "Bearer " + key, "User-Agent": "rival"}).json()["data"]
        rows += page
        if len(page) < 500:
            break
        cursor = {"older_than": page[-1]["executed_at"]}
connection = psycopg2.connect(dsn)
with connection, connection.cursor() as cursor:
    execute_values(cursor, "insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium,"
                   " executed_at, collection_time) values %s on conflict do nothing",
                   [(*(row[name] for name in names), "2026-11-21T12:00:00Z") for row in rows], page_size=1000)
"""


def peak_mb(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Peak resident megabytes and seconds of one process."""
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, command[:4]
    return usage.ru_maxrss / 1024, time.monotonic() - started


def stored(dsn: str) -> int:
    """Rows in the table."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from trading.darkpool_trades")
        (count,) = cursor.fetchone() or (0,)
    connection.close()
    return int(count)


def measure(rows: int) -> list[tuple[str, int, float, float]]:
    """Name, rows, peak MB and seconds of each way."""
    simulator = simulator_process.start(
        symbols="SPY", prints_per_day=PRINTS_A_DAY, history_days=700, now=EVENING, frozen=True
    )
    found = []
    try:
        sessions = [one["date"] for one in simulator.truth("sessions", to="2026-11-20")]
        days = sessions[-max(1, -(-rows // PRINTS_A_DAY)) :]
        with server() as dsn, tempfile.TemporaryDirectory() as folder:
            environment = settings(dsn, folder) | {
                "COLLECTOR_API_URL": simulator.url,
                "COLLECTOR_API_KEY": simulator.api_key,
                "COLLECTOR_SYMBOLS": "SPY",
                "COLLECTOR_CLOCK_OFFSET_S": str(int((EVENING - datetime.now(timezone.utc)).total_seconds())),  # noqa: TID251 - the wall's
            }
            words = ["backfill", "--from", days[0], "--to", days[-1], "--feed", "darkpool_trades"]
            ours = [sys.executable, "-m", "collector", *words, "--env-file", "/dev/null"]
            theirs = [sys.executable, "-c", RIVAL, simulator.url, simulator.api_key, dsn, *days]
            for name, command in (("collector backfill", ours), ("a list, stored at the end", theirs)):
                peak, took = peak_mb(command, environment)
                found.append((name, stored(dsn), peak, took))
                empty(dsn)
    finally:
        simulator.stop()
    return found


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=1_000_000, help="prints, about (default: %(default)s)")
    arguments = options.parse_args()
    print("| way | rows stored | peak MB | seconds |\n|---|---|---|---|")
    found = measure(arguments.rows)
    for name, rows, peak, took in found:
        print(f"| {name} | {rows:,} | {peak:.0f} | {took:.0f} |")
    return 0 if found[0][2] < MOST_MB else 1


if __name__ == "__main__":
    sys.exit(main())
