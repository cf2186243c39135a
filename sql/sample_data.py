"""Fill an empty database with a plausible day: the real collector asks the simulator, as it would ask the vendor.

Nothing of it is real, and the same seed makes the same day. The database is made ready first; one that has been
collected into is refused.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from collector.core.clock import NEW_YORK, Clock  # noqa: E402 - the checkout is put on the path above
from collector.store.migrate import migrate  # noqa: E402 - same

# One look during the day, and the evening's sweep when all prints are in.
MOMENTS = ("15:30:03", "21:10:03")
KEY = "sample-key"
PATIENCE_S = 30


def offset_s(day: date, moment: str) -> int:
    """How far that New York time of the day is from now."""
    wanted = datetime.fromisoformat(f"{day}T{moment}").replace(tzinfo=NEW_YORK)
    return round((wanted - Clock().now()) / timedelta(seconds=1))


@contextmanager
def simulator(offset: int, prints: int, seed: int) -> Iterator[str]:
    """A vendor at that time; its address."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"port": port, "seed": seed, "prints-per-day": prints, "api-key": KEY, "clock-offset-s": offset}
    words = [f"--{name}={value}" for name, value in {**options, "requests-per-minute": 100_000}.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the simulator did not start: it needs the tool chain; run make check once")


def collect(dsn: str, url: str, offset: int, state: str) -> None:
    """One pass over all feeds."""
    settings = {
        "API_KEY": KEY,
        "API_URL": url,
        "DATABASE_DSN": dsn,
        "CLOCK_OFFSET_S": str(offset),
        "STATE_DIR": state,
        "LOG_FILE": f"{state}/collector.log",
    }
    file = Path(state) / "sample.env"
    file.write_text(
        "".join(f"COLLECTOR_{name}='{value}'\n" for name, value in settings.items()), encoding="utf-8"
    )
    words = [sys.executable, "-m", "collector", "run", "--env-file", file]
    done = subprocess.run(words, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(f"the collector ended with {done.returncode}")


def refuse_a_used_one(dsn: str) -> None:
    """Sample rows among real ones could never be told apart again."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from ops.runs")
        if cursor.fetchone() != (0,):
            raise SystemExit("this database has been collected into: give an empty one")


def main() -> int:
    """Make it ready and fill it."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--dsn", required=True, help="an empty database, as in dbname=sample")
    options.add_argument("--day", type=date.fromisoformat, default=date(2026, 11, 20), help="a trading day")
    options.add_argument("--prints", type=int, default=4000, help="of a symbol (default: %(default)s)")
    options.add_argument("--seed", type=int, default=7, help="another one makes another day")
    arguments = options.parse_args()
    migrate(arguments.dsn)
    refuse_a_used_one(arguments.dsn)
    with tempfile.TemporaryDirectory() as state:
        for moment in MOMENTS:
            offset = offset_s(arguments.day, moment)
            with simulator(offset, arguments.prints, arguments.seed) as url:
                collect(arguments.dsn, url, offset, state)
    return 0


if __name__ == "__main__":
    sys.exit(main())
