"""What the status page costs behind months of ledger, against asking the whole ledger for the same numbers.

The past is made by plain inserts of the lines that passes would have left: every five minutes of trading hours, each
feed and symbol. The rival is what `collector status` did before rows were counted beside coverage, and hours without
the run's id.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from _prints import server
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.settings import Settings
from collector.jobs import look
from collector.jobs.page import facts, whole
from collector.store import reads

NOW = datetime(2026, 11, 20, 20, 3, tzinfo=timezone.utc)
FILL = """
insert into ops.runs (run_id, kind, started_at, finished_at, release, outcome, message)
select to_char(at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS') || '-bench', 'run', at, at + interval '9 s', '1',
       'done', 'made up'
from generate_series(%(first)s::timestamptz, %(last)s, '5 minutes') at
where extract(isodow from at) < 6 and (at at time zone 'America/New_York')::time between '09:00' and '17:00';
insert into ops.ledger (run_id, feed, symbol, session_date, requests, served, stored, outcome)
select run_id, feed, symbol, started_at::date, 1, 500, 37, 'done'
from ops.runs, unnest(%(feeds)s) feed, unnest(array['SPY', 'QQQ']) symbol;
insert into ops.coverage (feed, symbol, session_date, collected_at, stored)
select feed, symbol, session_date, max(r.started_at), sum(l.stored)
from ops.ledger l join ops.runs r using (run_id) group by feed, symbol, session_date;
"""
FEEDS_BEFORE = """
select c.feed, c.symbol, max(c.collected_at),
       coalesce((select sum(l.stored) from ops.ledger l where l.feed = c.feed and l.symbol = c.symbol), 0)
from ops.coverage c group by c.feed, c.symbol
"""
HOURS_BEFORE = """
select l.feed, extract(hour from r.started_at at time zone 'America/New_York')::int as hour, sum(l.stored)
from ops.ledger l join ops.runs r using (run_id) where r.started_at >= %(since)s group by l.feed, hour
"""


def fill(dsn: str, months: int) -> int:
    """The past; how many lines the ledger has."""
    values = {
        "first": NOW - timedelta(days=30 * months),
        "last": NOW,
        "feeds": [f"feed_{n:02}" for n in range(20)],
    }
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(FILL, values)
            cursor.execute("vacuum analyze")
            cursor.execute("select count(*) from ops.ledger")
            return int(cursor.fetchone()[0])


def seconds(work: Callable[[], Any], rounds: int) -> float:
    """The median."""
    took = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


def before(connection: Connection) -> list[Any]:
    """The rows of each feed, and by hour, from the whole ledger."""
    with connection.cursor() as cursor:
        cursor.execute(FEEDS_BEFORE)
        found = sorted(cursor.fetchall())
        cursor.execute(HOURS_BEFORE, {"since": NOW - facts.USUAL_DAYS})
        cursor.fetchall()
    return found


def measure(dsn: str, rounds: int) -> tuple[float, float, float, int]:
    """Seconds of a page, of asking for it alone, of the rival; and the page's bytes."""
    with tempfile.TemporaryDirectory() as folder, closing(psycopg2.connect(dsn)) as connection:
        settings = Settings(api_key="-", database_dsn=dsn, state_dir=folder)
        place, nowhere = Path(folder), Path(folder) / "no-host.json"

        def page() -> str:
            return whole.page(facts.gathered(settings, place, nowhere, NOW), "bench")

        def asked() -> look.Status:
            return look.status(settings, connection, NOW)

        same = [(feed, symbol, int(rows)) for feed, symbol, _, rows in reads.rows(connection, "status_feeds")]
        assert same == [(feed, symbol, int(rows)) for feed, symbol, _, rows in before(connection)]
        return (
            seconds(page, rounds),
            seconds(asked, rounds),
            seconds(lambda: before(connection), rounds),
            len(page()),
        )


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--months", type=int, default=12)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    with server() as dsn:
        lines = fill(dsn, given.months)
        page, status, rival, size = measure(dsn, given.rounds)
    print(
        f"{lines:,} lines of ledger in {given.months} months, median of {given.rounds}; the page has {size:,} bytes\n"
    )
    print("| what | seconds |\n|---|---|")
    print(
        f"| the whole page, asked and written | {page:.3f} |\n| what `collector status` asks | {status:.3f} |"
    )
    print(f"| the rows of it from the whole ledger | {rival:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
