"""What a pass with nothing due costs, beside the bare import of the two libraries that it cannot do without.

CPU seconds (user and system) of whole processes, in turn. The pass connects to an embedded PostgreSQL, reads the
calendar and the coverage of each feed and symbol, and notes that it ran.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import psycopg2
from _prints import server

from collector.sources import registered

ROOT = Path(__file__).resolve().parents[1]
# A Sunday after a week that was collected and confirmed: all of it is looked at, and nothing is due.
NOTHING_DUE = "2026-11-22T12:00:00-05:00"
CONFIRMED = """
insert into ops.coverage (feed, symbol, session_date, covered, settled, confirmed, collected_at)
select %s, %s, session_date, day, day, day, '2026-11-22T12:00:00Z'
from ops.market_sessions, lateral (select tstzmultirange(tstzrange(
    session_date::timestamp at time zone 'America/New_York',
    (session_date + 1)::timestamp at time zone 'America/New_York'))) whole (day)
where session_date between '2026-11-09' and '2026-11-20'
"""
RIVAL = [sys.executable, "-c", "import requests, psycopg2"]
MOST = 1.5


def cpu_s(command: list[str], environment: dict[str, str]) -> float:
    """User and system seconds of one process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing due" in done.stdout, done.stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def settings(dsn: str, folder: str) -> dict[str, str]:
    """Of a collector that would fail if it asked for anything."""
    offset = subprocess.run(
        ["date", "+%s", "--date", NOTHING_DUE], check=True, capture_output=True, text=True
    ).stdout
    now = subprocess.run(["date", "+%s"], check=True, capture_output=True, text=True).stdout
    return {
        "PATH": os.environ["PATH"],  # noqa: TID251 - a process needs it
        "COLLECTOR_API_KEY": "none",
        "COLLECTOR_API_URL": "http://127.0.0.1:9",
        "COLLECTOR_DATABASE_DSN": dsn,
        "COLLECTOR_LOG_FILE": f"{folder}/log",
        "COLLECTOR_STATE_DIR": folder,
        "COLLECTOR_CLOCK_OFFSET_S": str(int(offset) - int(now)),
    }


def collected(dsn: str) -> None:
    """Two weeks of all feeds, as they are once they are confirmed."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        for source in registered():
            for symbol in source.symbols(("SPY", "QQQ")):
                cursor.execute(CONFIRMED, (source.name, symbol))
    connection.close()


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=15, help="how often each (default: %(default)s)")
    arguments = options.parse_args()
    ours, theirs = [], []
    with server() as dsn, tempfile.TemporaryDirectory() as folder:
        environment = settings(dsn, folder)
        run = [sys.executable, "-m", "collector", "run", "--env-file", "/dev/null"]
        collected(dsn)
        cpu_s(run, environment)
        for _ in range(arguments.rounds):
            theirs.append(cpu_s(RIVAL, environment))
            ours.append(cpu_s(run, environment))
    ratios = [mine / rival for mine, rival in zip(ours, theirs, strict=True)]
    print(f"median of {arguments.rounds} rounds, CPU seconds\n")
    print("| process | CPU s | times the import |\n|---|---|---|")
    print(f"| import requests, psycopg2 | {statistics.median(theirs):.3f} | 1.00 |")
    print(
        f"| collector run, nothing due | {statistics.median(ours):.3f} | {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f}) |"
    )
    return 0 if statistics.median(ratios) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
