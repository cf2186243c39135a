"""The collector and its rivals: each stores the same pages of prints."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg2
from _prints import DAY, OPENS, Pages, copy
from psycopg2.extras import execute_values

from collector.core.prints import TEXTS
from collector.core.source import Source
from collector.sources.darkpool_trades import SOURCE
from collector.store import database, ledger
from collector.store.pages import Batch, Parsed, store

NEW, KNOWN, HALF = "new rows", "duplicates", "half of each page known"
OURS = "collector, a commit a page"
DLT_SCHEMA = "loaded_by_dlt"


@dataclass(frozen=True)
class Way:
    """How pages are stored, and which of the three cases it can do at all."""

    run: Callable[[str, Pages], None]
    cases: tuple[str, ...] = (NEW, KNOWN, HALF)
    table: str = "trading.darkpool_trades"


def by_collector(dsn: str, pages: Pages) -> None:
    """What `collector run` does with each page."""
    with closing(database.writer(dsn)) as connection:
        run_id = os.urandom(8).hex()
        ledger.begin_run(connection, run_id, OPENS, "bench")
        for page in pages:
            parsed = [Parsed((row,), "") for row in page]
            covered = (page[0].executed_at + timedelta(seconds=1), page[-1].executed_at)
            # A second fetch, so that it is looked for prints that are no longer shown.
            fetched_at = OPENS + timedelta(hours=9)
            store(
                connection,
                Batch(run_id, SOURCE, "SPY", DAY, fetched_at, parsed, covered=covered, served=len(page)),
            )


def by_execute_values(dsn: str, pages: Pages) -> None:
    """The rival with the collector's promise: a page that was committed stays."""
    with closing(psycopg2.connect(dsn)) as connection:
        for page in pages:
            with connection, connection.cursor() as cursor:
                execute_values(cursor, upsert(SOURCE), page, page_size=1000)


def by_execute_values_at_once(dsn: str, pages: Pages) -> None:
    """The rival at its cheapest."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        execute_values(cursor, upsert(SOURCE), [row for page in pages for row in page], page_size=1000)


def upsert(source: Source) -> str:
    """The same rule as the collector's: known rows are updated where something differs."""
    columns, identity = ", ".join(source.columns), ", ".join(source.identity)
    sets = ", ".join(f"{name} = excluded.{name}" for name in source.restates)
    old, new = (", ".join(f"{side}.{name}" for name in source.restates) for side in ("kept", "excluded"))
    return f"""insert into {".".join(source.table)} as kept ({columns}) values %s
               on conflict ({identity}) do update set {sets}, restated_at = excluded.{source.seen}
               where ({old}) is distinct from ({new})"""  # noqa: S608 - names of columns, no values


def by_copy(dsn: str, pages: Pages) -> None:
    """No rival but the ceiling: a page a commit, and the first known row would end it."""
    with closing(psycopg2.connect(dsn)) as connection:
        for page in pages:
            with connection, connection.cursor() as cursor:
                copy(cursor, page)


def by_copy_at_once(dsn: str, pages: Pages) -> None:
    """The ceiling itself."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        copy(cursor, [row for page in pages for row in page])


def by_to_sql(dsn: str, pages: Pages) -> None:
    """`pandas` into the same table; it has no word for a row that is there already."""
    import pandas as pd  # noqa: PLC0415 - only whoever asks for it needs the bench group
    import sqlalchemy  # noqa: PLC0415 - same

    engine = sqlalchemy.create_engine(dsn.replace("postgresql://", "postgresql+psycopg2://"))
    frame = pd.DataFrame.from_records([row for page in pages for row in page], columns=SOURCE.columns)
    frame.to_sql("darkpool_trades", engine, schema="trading", if_exists="append", index=False)
    engine.dispose()


def by_dlt(dsn: str, pages: Pages) -> None:
    """A load tool's merge into a table that it makes itself; a second load begins like a fresh process."""
    import dlt  # noqa: PLC0415 - only whoever asks for it needs the bench group

    dlt.config["runtime.dlthub_telemetry"] = False
    dlt.config["runtime.log_level"] = "ERROR"

    @dlt.resource(
        name="prints",
        primary_key=SOURCE.identity,
        write_disposition={"disposition": "merge", "strategy": "upsert"},
        # What has no value in these prints; it would leave such columns out.
        columns={name: {"data_type": "text"} for name in TEXTS},
    )
    def prints() -> Iterator[list[dict[str, Any]]]:
        for page in pages:
            yield [row._asdict() for row in page]

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            # It insists on a host; libpq takes the folder of the socket that follows.
            destination=dlt.destinations.postgres(dsn.replace(":@/", ":unused@localhost/")),
            dataset_name=DLT_SCHEMA,
        )
        pipeline.run(prints())


PSYCOPG2 = {
    OURS: Way(by_collector),
    "execute_values, a commit a page": Way(by_execute_values),
    "execute_values, one commit": Way(by_execute_values_at_once),
    "bare COPY, a commit a page": Way(by_copy, (NEW,)),
    "bare COPY, one commit": Way(by_copy_at_once, (NEW,)),
}
TOOLS = {
    "pandas to_sql, one commit": Way(by_to_sql, (NEW,)),
    "dlt, merge by upsert, one load": Way(by_dlt, (NEW, KNOWN), f"{DLT_SCHEMA}.prints"),
}
