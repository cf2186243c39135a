"""Answers as batches, ready to be stored."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from embedded import Database
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.core.source import Seen, Source
from collector.jobs import answer
from collector.sources import registered
from collector.store import ledger
from collector.store.database import writer
from collector.store.pages import Batch

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
DAY = date(2026, 11, 20)
SOURCES = {source.name: source for source in registered()}


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """As the collector, in a run that has begun."""
    with closing(writer(database.dsn("collector"))) as made:
        ledger.begin_run(made, "r1", NOW, "test")
        yield made


def batch(source: Source, raws: Sequence[Any], fetched_at: datetime = NOW, **more: Any) -> Batch:
    """One answer for SPY."""
    seen = Seen("SPY", DAY, fetched_at, Decimal("21.5"))
    parsed, rejects = answer.read(source, raws, seen)
    return Batch("r1", source, "SPY", DAY, fetched_at, parsed, rejects, served=len(raws), **more)


def fixture(name: str) -> Sequence[Any]:
    """The rows of a feed's hand-made body."""
    body = json.loads((FIXTURES / f"{name}.json").read_text(), parse_float=Decimal)
    return answer.rows_of(body, single=SOURCES[name].single)


def table(source: Source) -> str:
    """With its schema."""
    return ".".join(source.table)
