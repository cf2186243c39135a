"""Each question about a table of months opens the months that it asks about, and no other."""

import re
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import psycopg2
import pytest
from batches import SOURCES

from collector.store import files, statements

AT = datetime(2026, 11, 20, 20, tzinfo=timezone.utc)
DAY = date(2026, 11, 20)
VALUES = {
    "symbol": "SPY",
    "session_date": DAY,
    "starts_at": AT,
    "ends_at": AT + timedelta(minutes=1),
    "first": AT,
    "last": AT + timedelta(minutes=1),
    "at": AT,
    "rows": "[]",
    "first_date": DAY,
    "last_date": DAY,
    "through": DAY,
    "now": AT,
    "as_of": AT,
    "opens_at": AT - timedelta(hours=5),
    "window": "30 minutes",
    "flow_type": "per_expiry",
    "quantile": "p99",
    "measure": "premium",
    "levels": "darkpool",
    "symbols": ["SPY"],
    "strike": Decimal(600),
    "prices": [Decimal(600)],
    "sweep": False,
    "opening": False,
    **dict.fromkeys(("most", "sessions", "times", "least", "percent", "prints", "points"), 20),
}
NOVEMBER = {"2026_11"}
# A query that may open more than the month of its day, and why.
MORE = {
    "alert_iv_rank": ({"2026_11"}, "a rank is compared with that of ten days"),
    "analysis_iv_rank": ({"2026_09", "2026_10", "2026_11"}, "a rank is looked for up to two months back"),
    "iv_rank_known": ({"2026_09", "2026_10", "2026_11"}, "a rank is looked for up to two months back"),
    "newest_iv_rank": ({"2026_09", "2026_10", "2026_11"}, "a rank is looked for up to two months back"),
}
# A query that is planned over all months because it asks for the newest of all: it must end at the first that has one.
UNBOUNDED = {
    "analysis_newest_session": "which session is the newest is the question itself; a person asks it",
    "analysis_newest_tide": "the same, of three kinds; a person asks it",
    "darkpool_newest_day": "which day is the newest is the question itself; a person asks it",
}
# Which days are asked about is looked up by the query itself: months are left out while it runs.
RUN = {
    "alert_baselines": ({"2026_10", "2026_11"}, "twenty sessions"),
    "alert_level": (NOVEMBER, "the session before, and today's bars"),
}
PARTED = re.compile(
    r"(?<!')trading\.(darkpool_trades|options_flow|market_metrics|bars|price_levels|oi_changes|history|market_prints"
    r"|print_summary|darkpool_levels)\b"
)
QUERIES = [path.stem for path in files.in_order("queries") if PARTED.search(path.read_text())]


@pytest.fixture(scope="module")
def years(server):
    """Four years of months of each table, and a print in the newest but ten."""
    server.execute("create database years template template_darkpool owner darkpool_owner")
    with closing(psycopg2.connect(server.dsn("years"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                """select ops.make_partitions(relname::text, array(
                       select '2023-01-01'::date + n * 28 from generate_series(0, 52) n))
                   from pg_class where relkind = 'p' and relnamespace = 'trading'::regnamespace"""
            )
            cursor.execute(
                """insert into trading.darkpool_trades
                   (tracking_id, symbol, size, price, volume, executed_at, collection_time)
                   select n, 'SPY', 1, 1, n, '2026-03-02 15:00Z', now() from generate_series(1, 3) n;
                   insert into trading.options_flow (symbol, flow_type, record_id, session_date, collected_at)
                   select 'SPY', 'per_expiry', n, '2026-03-02', now() from generate_series(1, 3) n;
                   insert into trading.bars
                   (symbol, session_date, candle, starts_at, open, high, low, close, volume, collected_at)
                   values ('SPY', '2026-03-02', '1m', '2026-03-02 15:00Z', 1, 1, 1, 1, 1, now());
                   insert into trading.market_metrics (symbol, metric_type, timestamp, value, collected_at)
                   select 'SPY', kind || '_tide_net_call_premium', '2026-03-02 15:00Z', 1, now()
                   from unnest(array['market', 'sector', 'etf']) kind"""
            )
        yield connection
    server.execute("drop database years")


def opened(connection, statement, values, *, run=False):
    """The months that the plan has, or those that were really opened."""
    how = "explain (analyze, format json) " if run else "explain (format json) "
    with connection.cursor() as cursor:
        cursor.execute(how + statement, values)
        ((plan,),) = cursor.fetchall()
    return set(_months(plan[0]["Plan"], run))


def _months(node, run):
    name = node.get("Relation Name", "")
    if re.search(r"_\d{4}_\d{2}$", name) and (not run or node["Actual Loops"]):
        yield name[-7:]
    for inner in node.get("Plans", ()):
        yield from _months(inner, run)


@pytest.mark.parametrize("name", [name for name in QUERIES if name not in {*UNBOUNDED, *RUN}])
def test_a_query_opens_the_months_that_it_asks_about(years, name):
    allowed, _ = MORE.get(name, (NOVEMBER, ""))

    assert opened(years, files.query(name), VALUES) == allowed


@pytest.mark.parametrize("name", RUN)
def test_a_query_that_looks_its_days_up_opens_no_other_month_while_it_runs(years, name):
    allowed, _ = RUN[name]

    assert opened(years, files.query(name), VALUES, run=True) <= allowed


@pytest.mark.parametrize("name", UNBOUNDED)
def test_a_query_for_the_newest_ends_at_the_month_that_has_it(years, name):
    with years.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_inherits where inhparent = 'trading.darkpool_trades'::regclass"
        )
        ((months,),) = cursor.fetchall()

    assert months > 48
    assert min(opened(years, files.query(name), VALUES, run=True)) == "2026_03"


# A snapshot is written without looking first, so it opens nothing that it does not write.
LOOKED_FOR = [feed for feed, source in SOURCES.items() if statements.time_column(source)]


@pytest.mark.parametrize("feed", LOOKED_FOR)
def test_storing_a_page_opens_the_month_of_the_page(years, feed):
    source = SOURCES[feed]
    with years.cursor() as cursor:
        found = statements.of(cursor, source)
        values = {"ids": [1], "fetched_at": AT, "covered_from": AT, "covered_to": VALUES["last"]}
        known = found.known.strip().removeprefix("copy (").removesuffix(") to stdout")
        span = {"since": AT, "until": VALUES["last"], "since_day": DAY, "until_day": DAY, "symbol": "SPY"}
        assert opened(years, known, values | span) == NOVEMBER
        if source.vanishes:
            cursor.execute(found.stage)
            assert opened(years, found.mark, values) == NOVEMBER


def test_each_exception_is_a_query_of_such_a_table():
    assert {*MORE, *UNBOUNDED, *RUN} <= set(QUERIES)
