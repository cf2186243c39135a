"""Exported files are opened by other programs: the same types, the same values, nothing half written."""

import csv
import json
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from analysed import DAY, METRIC, NIGHT, OPEN, analysis, put_flow, put_print
from old_months import PRINTS

from analysis.export.columns import schema
from analysis.load import feed, postgresql
from collector.jobs import retain
from collector.store import database as door

SPAN = ("--since", str(DAY), "--until", str(DAY))
NUMBER = "decimal128(38, 10)"


def export(database, folder, *words):
    done = analysis(database, "export", *words, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def prints(database):
    """Three prints, one of them with fractions and without a quote, and one of the day after."""
    for number, size in ((1, 100), (2, 250), (3, 7)):
        put_print(database, number, OPEN + timedelta(minutes=number), size)
    put_print(database, 4, OPEN + timedelta(days=3), 9)
    database.ask(
        """update trading.darkpool_trades set size = 7.125, nbbo_bid = null, trf_executed_at = null,
             extra = '{"ü": "ja, \\"so\\""}' where tracking_id = 3"""
    )
    return database


@pytest.mark.parametrize("form", ["parquet", "csv", "arrow"])
def test_each_program_finds_the_types_and_the_values_of_the_database(prints, tmp_path, form):
    said = export(prints, tmp_path, "darkpool_trades", "SPY", *SPAN, "--format", form)
    file = tmp_path / "exports" / f"darkpool_trades-{DAY}-{DAY}.{form}"
    asked = "tracking_id, size, executed_at, nbbo_bid, canceled, trf_executed_at, extra::text"
    truth = prints.ask(
        f"select {asked} from trading.darkpool_trades where tracking_id < 4 order by tracking_id"
    )

    assert "3 rows (SPY 3)" in said
    for read in READERS[form]:
        types, rows = read(file)
        assert [plain(row) for row in rows] == [plain(row) for row in truth], read.__name__
        assert types == TYPES[read], read.__name__


def plain(row):
    *others, extra = row
    return [str(one.normalize()) if isinstance(one, Decimal) else one for one in others] + [json.loads(extra)]


COLUMNS = ["tracking_id", "size", "executed_at", "nbbo_bid", "canceled", "trf_executed_at", "extra"]


def in_pyarrow(table):
    table = table.select(COLUMNS)
    return [str(field.type) for field in table.schema], [tuple(row.values()) for row in table.to_pylist()]


def pyarrow_parquet(file):
    return in_pyarrow(pq.read_table(file))


def pyarrow_arrow(file):
    with pa.ipc.open_file(file) as reader:
        return in_pyarrow(reader.read_all())


def pandas_parquet(file):
    found = pd.read_parquet(file)[COLUMNS]
    rows = found.astype(object).where(found.notna(), None).itertuples(index=False, name=None)
    return [str(dtype) for dtype in found.dtypes], [
        tuple(one.to_pydatetime() if isinstance(one, pd.Timestamp) else one for one in row) for row in rows
    ]


def duckdb_parquet(file):
    return in_duckdb(f"read_parquet('{file}')")


def duckdb_csv(file):
    return in_duckdb(f"read_csv('{file}')", "::decimal(38, 10)")


def in_duckdb(source, number=""):
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        columns = [f"{one}{number}" if one in {"size", "nbbo_bid"} else one for one in COLUMNS]
        times = [f"epoch_us({one})" if one.endswith("executed_at") else one for one in columns]
        types = [
            str(one[1])
            for one in connection.execute(f"select {', '.join(COLUMNS)} from {source}").description
        ]
        rows = connection.execute(f"select {', '.join(times)} from {source} order by tracking_id").fetchall()
    return types, [tuple(instant(one) if at in {2, 5} else one for at, one in enumerate(row)) for row in rows]


def instant(microseconds):
    if microseconds is None:
        return None
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=microseconds)


def polars_parquet(file):
    return in_polars(pl.read_parquet(file))


def polars_arrow(file):
    return in_polars(pl.read_ipc(file))


def in_polars(found):
    found = found.select(COLUMNS)
    return [str(one) for one in found.dtypes], found.rows()


READERS = {
    "parquet": (pyarrow_parquet, pandas_parquet, duckdb_parquet, polars_parquet),
    "arrow": (pyarrow_arrow, polars_arrow),
    "csv": (duckdb_csv,),
}
ARROW = ["int64", NUMBER, "timestamp[us, tz=UTC]", NUMBER, "bool", "timestamp[us, tz=UTC]", "string"]
POLARS = [
    *("Int64", "Decimal(precision=38, scale=10)", "Datetime(time_unit='us', time_zone='UTC')"),
    *("Decimal(precision=38, scale=10)", "Boolean", "Datetime(time_unit='us', time_zone='UTC')", "String"),
]
UTC, ZONED = "datetime64[us, UTC]", "TIMESTAMP WITH TIME ZONE"
TYPES = {
    pyarrow_parquet: ARROW,
    pyarrow_arrow: ARROW,
    pandas_parquet: ["int64", "object", UTC, "object", "bool", UTC, "str"],
    duckdb_parquet: ["BIGINT", "DECIMAL(38,10)", ZONED, "DECIMAL(38,10)", "BOOLEAN", ZONED, "VARCHAR"],
    # CSV carries no types: DuckDB takes numbers for doubles, unless it is told.
    duckdb_csv: ["BIGINT", "DOUBLE", ZONED, "DOUBLE", "BOOLEAN", ZONED, "VARCHAR"],
    polars_parquet: POLARS,
    polars_arrow: POLARS,
}


def test_the_dictionary_has_a_line_for_each_column_with_type_unit_and_meaning(prints, tmp_path):
    export(prints, tmp_path, "darkpool_trades", "SPY", *SPAN)
    with (tmp_path / "exports" / f"darkpool_trades-{DAY}-{DAY}.dictionary.csv").open() as file:
        lines = {line["column"]: line for line in csv.DictReader(file)}
    found = pq.read_schema(tmp_path / "exports" / f"darkpool_trades-{DAY}-{DAY}.parquet")

    assert list(lines) == found.names
    assert (lines["price"]["type"], lines["price"]["unit"]) == (NUMBER, "US dollars a share")
    assert (lines["size"]["unit"], lines["executed_at"]["unit"]) == ("shares", "UTC")
    assert lines["canceled"]["meaning"].startswith("True once the vendor has shown the print as cancelled.")
    assert found.field("price").metadata[b"meaning"].decode() == lines["price"]["meaning"]
    assert all(line["meaning"] for line in lines.values())


@pytest.mark.slow
def test_of_a_table_that_feeds_share_only_the_feeds_own_rows_are_exported(database, tmp_path):
    for name, value in (("iv_rank", 44), ("net_prem_net_call_premium", 9)):
        database.ask(METRIC, name, value, OPEN, NIGHT)
    put_flow(database, DAY, OPEN, 0)

    export(database, tmp_path, "iv_rank", "SPY", *SPAN, "--out", "ranks.parquet")
    export(database, tmp_path, "flow_per_expiry", "SPY", *SPAN, "--out", "flow.parquet")

    assert pd.read_parquet(tmp_path / "ranks.parquet")[["metric_type", "value"]].to_numpy().tolist() == [
        ["iv_rank", 44]
    ]
    assert len(pd.read_parquet(tmp_path / "flow.parquet")) == 1
    assert "metric_type=iv_rank" in (tmp_path / "ranks.dictionary.csv").read_text()
    assert analysis(database, "export", "flow_per_strike", "SPY", *SPAN, cwd=tmp_path).returncode == 1


@pytest.mark.slow
def test_archived_and_stored_rows_are_in_one_file(database, tmp_path):
    database.ask(PRINTS)
    database.ask("insert into ops.retention values ('darkpool_trades', 24, null, true, now())")
    since, until = "2023-05-01", "2026-11-20"
    put_print(database, 4, OPEN, 9)
    words = ("darkpool_trades", "SPY", "--since", since, "--until", until)
    export(database, tmp_path, *words, "--out", "before.parquet")
    with closing(door.keeper(database.dsn("collector"))) as connection:
        for unit in retain.due(connection):
            list(retain.steps(connection, unit, tmp_path / "archive"))

    assert database.one("select count(*) from trading.darkpool_trades") == 1
    export(database, tmp_path, *words, "--out", "after.parquet", "--archive", str(tmp_path / "archive"))
    before, after = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("before", "after"))
    assert before.num_rows > 40
    assert after.equals(before)


@pytest.mark.slow
def test_a_file_that_is_there_stays_unless_it_is_forced(prints, tmp_path):
    words = ("darkpool_trades", "SPY", *SPAN, "--out", "mine.csv")
    (tmp_path / "mine.csv").write_text("mine")

    done = analysis(prints, "export", *words, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, "analysis: mine.csv is there already; --force replaces it\n")
    assert [one.name for one in tmp_path.iterdir()] == ["mine.csv"]
    export(prints, tmp_path, *words, "--force")
    assert pyarrow.csv.read_csv(tmp_path / "mine.csv").num_rows == 3


@pytest.mark.slow
def test_a_number_that_does_not_fit_is_refused_and_the_old_file_stays(prints, tmp_path):
    prints.ask("update trading.darkpool_trades set premium = 1.00000000001 where tracking_id = 2")
    (tmp_path / "old.parquet").write_text("old")

    done = analysis(
        prints, "export", "darkpool_trades", "SPY", *SPAN, "--out", "old.parquet", "--force", cwd=tmp_path
    )

    assert done.returncode == 1
    assert "SPY: a value of premium does not fit into decimal128(38, 10)" in done.stderr
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("old.parquet", "old")]


@pytest.mark.slow
def test_nothing_collected_is_exit_1_and_leaves_nothing(database, tmp_path):
    done = analysis(database, "export", "darkpool_trades", "GLD", *SPAN, cwd=tmp_path)

    assert done.returncode == 1
    assert "nothing of darkpool_trades was collected for GLD" in done.stdout
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@pytest.mark.slow
def test_without_a_symbol_a_feed_of_symbols_is_wrong_usage_and_one_of_the_market_is_not(database, tmp_path):
    assert analysis(database, "export", "darkpool_trades", *SPAN, cwd=tmp_path).returncode == 2
    assert analysis(database, "export", "no_feed", "SPY", *SPAN, cwd=tmp_path).returncode == 2
    done = analysis(database, "export", "market_tide", *SPAN, cwd=tmp_path)
    assert (done.returncode, "collected for MARKET" in done.stdout) == (1, True)


def test_each_feed_can_be_asked_for(untouched, tmp_path):
    """A column of a type that no file has would be seen here."""
    with postgresql.connect(untouched.dsn("analyst")) as connection:
        for name in feed.names():
            described = feed.described(connection, name)
            assert schema(described.columns).names, name
            assert (
                list(feed.days(connection, described, "SPY", (date(2026, 11, 20), date(2026, 11, 20)))) == []
            )
            shared = described.source.table[1] in {"market_metrics", "options_flow", "price_levels"}
            assert bool(described.kinds) == shared, name
