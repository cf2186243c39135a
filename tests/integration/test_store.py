"""Storing a page: once, whole, or not at all."""

import json
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import psycopg2
import pytest
from batches import DAY, NOW, SOURCES, batch, fixture, table

from collector.core.errors import DatabaseAway, Terminal
from collector.jobs import answer
from collector.store import reads
from collector.store.database import transaction, writer
from collector.store.pages import Batch, store


@pytest.fixture(params=SOURCES.values(), ids=lambda source: source.name)
def source(request):
    return request.param


def test_a_page_twice_changes_nothing(connection, database, source):
    page = batch(source, fixture(source.name))
    first = store(connection, page)
    before = database.ask(f"select * from {table(source)} order by id")
    again = store(connection, page)
    assert first.stored == len(before) == sum(len(one.rows) for one in page.parsed)
    assert (again.stored, again.updated) == (0, 0)
    assert database.ask(f"select * from {table(source)} order by id") == before


def test_every_column_of_a_source_reaches_the_table_unchanged(connection, database, source):
    page = batch(source, fixture(source.name))
    store(connection, page)
    sent = sorted(str(plain(row)) for one in page.parsed for row in one.rows)
    columns = ", ".join(f'"{name}"' for name in source.columns)
    assert sorted(str(plain(row)) for row in database.ask(f"select {columns} from {table(source)}")) == sent


def plain(row):
    return [one_plain(value) for value in row]


def one_plain(value):
    """The same text for what was sent and for what came back."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return value.normalize() if isinstance(value, Decimal) else value


def test_its_table_has_its_identity_as_a_unique_key(database, source):
    keys = database.ask(
        """select array_agg(a.attname::text order by a.attname) from pg_index i
           join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
           where i.indrelid = %s::regclass and i.indisunique group by i.indexrelid""",
        table(source),
    )
    assert (sorted(source.identity),) in keys
    nullable = database.ask(
        "select attname from pg_attribute where attrelid = %s::regclass and not attnotnull and attname = any (%s)",
        table(source),
        list(source.identity),
    )
    assert not nullable, "two nulls are two rows"


def test_each_kind_of_row_it_writes_is_explained_in_the_database(database, source):
    rows = [row for one in batch(source, fixture(source.name)).parsed for row in one.rows]
    for column, catalogue in (("metric_type", "ops.metric_types"), ("flow_type", "ops.flow_types")):
        written = {getattr(row, column) for row in rows if column in source.columns}
        explained = database.ask(f"select {column} from {catalogue} where feed = %s", source.name)
        assert written <= {kind for (kind,) in explained}


def test_a_key_that_disappears_raises_an_alarm_and_its_row_is_stored(connection, database):
    source = SOURCES["darkpool_trades"]
    lacking = [
        {key: value for key, value in raw.items() if key != "nbbo_bid"} for raw in fixture(source.name)
    ]
    page = batch(source, lacking, drift=answer.drift(source, lacking))
    assert store(connection, page).stored == len(lacking)
    store(connection, page)
    assert database.ask("select feed, key, rows from ops.schema_drift") == [
        ("darkpool_trades", "nbbo_bid", 2 * len(lacking))
    ]


def test_twins_of_one_millisecond_are_two_prints(connection, database):
    source = SOURCES["darkpool_trades"]
    first = fixture(source.name)[0]
    store(
        connection,
        batch(source, [first, {**first, "size": 700}, {**first, "price": "671.2346"}, dict(first)]),
    )
    assert database.one("select count(*) from trading.darkpool_trades") == 3


def test_a_cancel_updates_the_print_and_says_when(connection, database):
    source = SOURCES["darkpool_trades"]
    first = fixture(source.name)[0]
    store(connection, batch(source, [first]))
    later = NOW + timedelta(minutes=5)
    counts = store(connection, batch(source, [{**first, "canceled": True}], later))
    assert (counts.stored, counts.updated) == (0, 1)
    assert database.ask("select canceled, collection_time, restated_at from trading.darkpool_trades") == [
        (True, NOW, later)
    ]


def test_the_sample_changes_no_print_that_is_there_but_cancels_it(connection, database):
    first = fixture("darkpool_trades")[0]
    store(connection, batch(SOURCES["darkpool_trades"], [first]))
    before = database.ask("select * from trading.darkpool_trades")
    sample = SOURCES["darkpool_recent"]
    counts = store(connection, batch(sample, [{**first, "nbbo_bid": None, "sector": "Funds"}]))
    assert (counts.stored, counts.updated) == (0, 0)
    assert database.ask("select * from trading.darkpool_trades") == before
    store(connection, batch(sample, [{**first, "canceled": True}]))
    assert database.one("select canceled from trading.darkpool_trades") is True


def test_of_two_states_in_one_page_the_last_one_stays(connection, database):
    source = SOURCES["darkpool_trades"]
    first = fixture(source.name)[0]
    store(connection, batch(source, [first, {**first, "canceled": True}]))
    assert database.one("select canceled from trading.darkpool_trades") is True


def test_a_restated_metric_keeps_its_row_and_its_first_arrival(connection, database):
    source = SOURCES["iv_rank"]
    today = fixture(source.name)[1]
    store(connection, batch(source, [today]))
    later = NOW + timedelta(hours=2)
    counts = store(connection, batch(source, [{**today, "iv_rank_1y": "25.5"}], later))
    assert (counts.stored, counts.updated) == (0, 1)
    assert database.ask(
        "select value, collected_at from trading.market_metrics where metric_type = 'iv_rank'"
    ) == [(Decimal("25.5"), later)]
    assert reads.newest_iv_rank(connection, "SPY", later) == Decimal("25.5")
    assert reads.newest_iv_rank(connection, "QQQ", later) is None


def test_a_restated_minute_of_a_strike_takes_its_last_value_and_no_other_is_touched(connection, database):
    source = SOURCES["flow_per_strike_intraday"]
    rows = fixture(source.name)
    store(connection, batch(source, rows))
    later = NOW + timedelta(minutes=5)
    restated = [{**rows[0], "call_premium": "50000.5"}, *rows[1:]]
    assert store(connection, batch(source, restated, later)).updated == 1
    assert database.ask(
        "select premium, collected_at, restated_at from trading.options_flow order by executed_at, strike"
    ) == [
        (Decimal("76298.25"), NOW, None),
        (Decimal("51180.5"), later, later),
        (Decimal("220.0"), NOW, None),
    ]


def test_rows_ledger_and_coverage_are_one_transaction(connection, database):
    source = SOURCES["darkpool_trades"]
    page = batch(source, fixture(source.name), covered=(NOW - timedelta(hours=1), NOW))
    bad = Batch(**{**vars(page), "symbol": None})
    with pytest.raises(psycopg2.IntegrityError):
        store(connection, bad)
    assert database.one("select count(*) from trading.darkpool_trades") == 0
    assert database.one("select count(*) from ops.coverage") == 0
    store(connection, page)
    assert database.ask("select requests, served, stored from ops.ledger") == [(1, 6, 6)]
    known = reads.coverage(connection, DAY)[source.name, "SPY"][DAY]
    assert known.covered == ((NOW - timedelta(hours=1), NOW),)
    assert (known.settled, known.confirmed) == ((), ())


def test_junk_goes_to_quarantine_once_and_the_rest_is_stored(connection, database):
    source = SOURCES["darkpool_trades"]
    junk = {"executed_at": "2026-11-20T15:04:05Z", "note": "a\x00b", "lone": "\ud800"}
    page = batch(source, [*fixture(source.name), junk, None])
    assert store(connection, page).quarantined == 1 + 1
    assert store(connection, page).quarantined == 0
    assert database.one("select count(*) from trading.darkpool_trades") == 6
    found = database.ask("select reason, raw, feed, symbol from ops.quarantine order by id")
    assert [row[0] for row in found] == ["size is missing", "the row is not an object"]
    assert json.loads(found[0][1]) == junk
    assert found[0][2:] == ("darkpool_trades", "SPY")


def test_a_row_that_only_postgresql_refuses_is_set_aside_and_the_rest_is_stored(connection, database):
    source = SOURCES["flow_recent"]
    page = batch(source, fixture(source.name))
    refused = page.parsed[0].rows[0]._replace(flow_type="Not a word")
    bad = type(page.parsed[0])([refused], '{"id": "bad"}')
    counts = store(connection, Batch(**{**vars(page), "parsed": [*page.parsed, bad]}))
    assert (counts.stored, counts.quarantined) == (2, 1)
    assert database.one("select raw from ops.quarantine") == '{"id": "bad"}'


def test_text_with_every_awkward_character_survives(connection, database):
    source = SOURCES["darkpool_trades"]
    awkward = "tab\t new\nline\r back\\slash \\N \\. quote'\" é 漢"
    first = {**fixture(source.name)[0], "market_center": awkward, "sale_cond_codes": "", "trade_code": None}
    store(connection, batch(source, [first]))
    assert database.ask("select market_center, sale_cond_codes, trade_code from trading.darkpool_trades") == [
        (awkward, "", None)
    ]


def test_a_print_of_another_new_york_date_is_left_to_its_own_session(connection, database):
    source = SOURCES["darkpool_trades"]
    leaked = {**fixture(source.name)[0], "executed_at": "2026-11-20T00:30:00Z"}
    store(connection, batch(source, [leaked]))
    assert database.one("select count(*) from trading.darkpool_trades") == 0
    assert database.one("select count(*) from ops.quarantine") == 0


def test_a_lost_connection_is_told_as_such(connection, database):
    database.ask("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'collector'")
    with pytest.raises(DatabaseAway):
        store(connection, batch(SOURCES["iv_rank"], []))


def test_a_database_without_our_tables_is_told_to_migrate(empty_database):
    with (
        closing(writer(empty_database.dsn())) as connection,
        pytest.raises(Terminal, match="collector migrate"),
    ):
        reads.calendar(connection)


def test_the_writer_waits_for_the_disk_and_for_nobody_else(connection):
    with transaction(connection), connection.cursor() as cursor:
        cursor.execute("select current_setting('synchronous_commit'), current_setting('statement_timeout')")
        assert cursor.fetchall() == [("on", "1min")]
