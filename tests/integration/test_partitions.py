"""What grows lies in months: rows find theirs, whatever year it is, and nothing else changed for anybody."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone

import psycopg2
import pytest
from batches import DAY, NOW, SOURCES, batch, fixture

from collector.core import prints
from collector.store.database import writer
from collector.store.pages import Batch, Parsed, store

PRINTS = SOURCES["darkpool_trades"]
PARENTS = (
    *("bars", "darkpool_trades", "history", "market_metrics"),
    *("oi_changes", "options_flow", "price_levels"),
)
MONTHS_OF = "select tableoid::regclass::text, count(*) from trading.{} group by 1 order by 1"


def answer(raws, at=NOW, **more):
    """Prints of any day, as a backfill would bring them."""
    parsed = [Parsed((prints.read(raw, "SPY", at),), json.dumps(raw)) for raw in raws]
    return Batch("r1", PRINTS, "SPY", DAY, at, parsed, served=len(raws), **more)


def prints_of(*moments):
    first = fixture(PRINTS.name)[0]
    return [{**first, "tracking_id": n, "executed_at": at} for n, at in enumerate(moments)]


def test_what_grows_without_end_is_parted(database):
    found = database.ask(
        "select relname from pg_class where relkind = 'p' and relnamespace = 'trading'::regnamespace"
    )

    assert sorted(name for (name,) in found) == sorted(PARENTS)


def test_a_print_of_years_ago_finds_a_partition_of_its_own(connection, database):
    counts = store(connection, answer(prints_of("2023-05-03T14:00:00Z", "2023-05-04T14:00:00Z")))

    assert (counts.stored, counts.quarantined) == (2, 0)
    assert database.ask(MONTHS_OF.format("darkpool_trades")) == [("trading.darkpool_trades_2023_05", 2)]


def test_a_month_ends_with_its_last_new_york_day(connection, database):
    # 20:30 New York of the last of January is February in UTC.
    store(connection, answer(prints_of("2024-02-01T01:30:00Z", "2024-02-01T05:00:00Z")))

    assert database.ask(MONTHS_OF.format("darkpool_trades")) == [
        ("trading.darkpool_trades_2024_01", 1),
        ("trading.darkpool_trades_2024_02", 1),
    ]


def test_a_print_of_no_possible_time_goes_to_quarantine_and_leaves_no_partition(connection, database):
    counts = store(connection, answer(prints_of("1973-01-02T15:00:00Z", "2026-11-20T15:00:00Z")))

    assert (counts.stored, counts.quarantined) == (1, 1)
    assert "no partition" in database.one("select reason from ops.quarantine")
    assert database.one("select to_regclass('trading.darkpool_trades_1973_01')") is None


@pytest.mark.slow
def test_each_feed_stores_and_restates_in_months_that_nobody_made(connection, database):
    partitions = "select oid::regclass::text from pg_class where relispartition and relkind = 'r'"
    for (name,) in database.ask(partitions):
        database.ask(f"drop table {name}")

    for source in SOURCES.values():
        counts = store(connection, batch(source, fixture(source.name)))
        assert counts.stored, source.name
        later = store(connection, batch(source, fixture(source.name), NOW + timedelta(hours=1)))
        assert counts.quarantined == later.quarantined == 0, source.name


def test_a_service_that_goes_on_has_the_month_made_again_that_was_archived_meanwhile(connection, database):
    store(connection, answer(prints_of("2023-05-03T14:00:00Z")))
    database.ask("drop table trading.darkpool_trades_2023_05")

    assert store(connection, answer(prints_of("2023-05-03T14:00:00Z"))).stored == 1


def test_two_who_need_the_same_month_at_once_both_store_their_rows(database, connection):
    def put(number):
        rows = [{**row, "tracking_id": number} for row in prints_of("2022-03-03T15:00:00Z")]
        with closing(writer(database.dsn("collector"))) as mine:
            return store(mine, answer(rows)).stored

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(put, range(6))) == 6
    assert database.ask(MONTHS_OF.format("darkpool_trades")) == [("trading.darkpool_trades_2022_03", 6)]


def test_a_month_is_made_while_others_read_and_write(connection, database):
    with psycopg2.connect(database.dsn("collector")) as busy, busy.cursor() as cursor:
        cursor.execute("select count(*) from trading.darkpool_trades")
        cursor.execute("lock table trading.darkpool_trades in row exclusive mode")

        assert store(connection, answer(prints_of("2021-03-03T15:00:00Z"))).stored == 1
        busy.rollback()


def test_the_history_of_a_row_names_its_table_and_not_its_partition(connection, database):
    rows = prints_of("2023-05-03T14:00:00Z")
    store(connection, answer(rows))
    store(connection, answer([{**rows[0], "canceled": True}], NOW + timedelta(hours=1)))

    assert database.ask("select table_name, before ->> 'canceled' from trading.history") == [
        ("darkpool_trades", "false")
    ]


def test_a_print_that_vanished_is_marked_in_the_month_of_its_sweep(connection, database):
    rows = prints_of("2023-05-03T14:00:00Z", "2023-05-03T14:00:01Z")
    store(connection, answer(rows))
    start = datetime(2023, 5, 3, 14, tzinfo=timezone.utc)
    span = (start, start + timedelta(minutes=1))
    counts = store(connection, answer(rows[:1], NOW + timedelta(hours=1), covered=span))

    assert counts.missing == 1


def test_rest_names_a_print_that_the_stream_left_in_another_month(connection, database):
    made = "2023-05-03T14:00:00Z"
    row = prints_of(made)[0]
    database.ask("select ops.make_partitions('darkpool_trades', array['2023-05-03'::date])")
    database.ask(
        """insert into trading.darkpool_trades
           (tracking_id, symbol, size, price, volume, executed_at, collection_time)
           values (-1, 'SPY', %s, %s, %s, %s, now())""",
        *(row["size"], row["price"], row["volume"], made),
    )

    store(connection, answer([{**row, "tracking_id": 7}]))

    assert database.ask("select tracking_id from trading.darkpool_trades") == [(7,)]


def test_partitions_ahead_are_made_once(database):
    assert database.one("select ops.make_partitions_ahead(5)") == 2 * len(PARENTS)
    assert database.one("select ops.make_partitions_ahead(5)") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "delete from trading.darkpool_trades_2026_11",
        "truncate trading.darkpool_trades_2026_11",
        "insert into trading.darkpool_trades_2026_11 (tracking_id) values (1)",
        "update trading.darkpool_trades_2026_11 set canceled = true",
        "drop table trading.darkpool_trades_2026_11",
        "alter table trading.darkpool_trades detach partition trading.darkpool_trades_2026_11",
        "select ops.make_partition('darkpool_trades', '2020-01-01')",
    ],
)
@pytest.mark.parametrize("user", ["collector", "analyst"])
def test_nobody_goes_round_the_table_to_a_partition(untouched, statement, user):
    with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction)):
        untouched.ask(statement, user=user)


@pytest.mark.parametrize("name", PARENTS)
def test_a_partition_is_guarded_as_its_table_is(database, name):
    for statement in (f"truncate trading.{name}_2026_11", f"truncate trading.{name}"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="collected data is kept"):
            database.ask(statement)
    guards = database.one(
        "select count(*) from pg_trigger where tgrelid = %s::regclass and tgname like 'refuse_%%'",
        f"trading.{name}_2026_11",
    )
    assert guards == (3 if name == "darkpool_trades" else 2)


def test_the_command_makes_what_is_missing_and_status_says_that_it_was(collector, database):
    following = database.one(
        "select to_char(now() at time zone 'America/New_York' + interval '1 month', 'YYYY_MM')"
    )
    database.ask(f"drop table trading.bars_{following}")

    assert (
        "no partition for next month: bars: run `collector partitions --make`" in collector("status").stdout
    )
    shown = collector("partitions").stdout
    assert [
        line for line in shown.splitlines() if "next month is missing" in line and line.startswith("bars")
    ]
    done = collector("partitions", "--make")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 partitions were missing and are made")
    assert "no partition" not in collector("status").stdout
    assert {one["ready"] for one in json.loads(collector("partitions", "--json").stdout)} == {True}
