"""Two writers of one page: nothing twice, nobody fails."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from batches import NOW, SOURCES, batch, fixture
from embedded import wait_until

from collector.store.database import writer
from collector.store.pages import Batch, store
from collector.store.rows import Page, put

PRINTS = SOURCES["darkpool_trades"]
WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and usename = 'collector'"


@pytest.fixture
def other(database):
    with closing(writer(database.dsn("collector"))) as made:
        yield made


@pytest.fixture
def aside():
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture(params=SOURCES.values(), ids=lambda source: source.name)
def page(request):
    return batch(request.param, fixture(request.param.name))


def test_two_who_store_the_same_page_store_it_once(connection, other, aside, database, page):
    with connection.cursor() as cursor:
        rows = [row for one in page.parsed for row in one.rows]
        first = put(cursor, Page(page.source, page.symbol, rows, NOW))
        second = aside.submit(store, other, page)
        wait_until(lambda: database.one(WAITING) == 1)
        connection.commit()

    assert first.stored == len(rows)
    counts = second.result(timeout=20)
    assert (counts.stored, counts.updated) == (0, 0)
    assert database.one(f"select count(*) from {'.'.join(page.source.table)}") == len(rows)


@pytest.mark.parametrize("stays", [True, False])
def test_a_writer_who_takes_no_turn_is_met_between_look_up_and_insert(connection, aside, database, stays):
    rows = fixture(PRINTS.name)
    with closing(psycopg2.connect(database.dsn())) as stranger, stranger.cursor() as cursor:
        cursor.execute(
            """insert into trading.darkpool_trades
                   (tracking_id, symbol, size, price, volume, executed_at, collection_time, canceled)
               values (%(tracking_id)s, 'SPY', %(size)s, %(price)s, %(volume)s, %(executed_at)s,
                       %(executed_at)s, true)""",
            rows[0],
        )
        mine = aside.submit(store, connection, batch(PRINTS, rows))
        wait_until(lambda: database.one(WAITING) == 1)
        (stranger.commit if stays else stranger.rollback)()

    counts = mine.result(timeout=20)
    assert (counts.stored, counts.updated, counts.quarantined) == (len(rows) - stays, int(stays), 0)
    assert database.ask("select count(*), bool_or(canceled) from trading.darkpool_trades") == [
        (len(rows), any(row["canceled"] for row in rows))
    ]
    assert database.ask("select stored, updated from ops.ledger") == [(len(rows) - stays, int(stays))]


def test_two_who_meet_the_same_prints_in_another_order_take_turns(connection, other, aside, database):
    first, second = (list(one.rows) for one in batch(PRINTS, fixture(PRINTS.name)[:2]).parsed)
    with connection.cursor() as cursor:
        put(cursor, Page(PRINTS, "SPY", first, NOW))
        theirs = aside.submit(store, other, batch(PRINTS, fixture(PRINTS.name)[1::-1]))
        wait_until(lambda: database.one(WAITING) == 1)
        put(cursor, Page(PRINTS, "SPY", second, NOW))
        connection.commit()

    assert theirs.result(timeout=20).stored == 0
    assert database.one("select count(*) from trading.darkpool_trades") == 2


def test_two_who_overlap_for_a_while_lose_and_double_nothing(connection, other, aside, database):
    one = fixture(PRINTS.name)[0]
    rows = [{**one, "tracking_id": number} for number in range(60)]

    def forth(writer_of, order):
        for start in order:
            store(writer_of, batch(PRINTS, rows[start : start + 20], NOW + timedelta(seconds=start)))

    second = aside.submit(forth, other, range(40, -1, -4))
    forth(connection, range(0, 41, 4))
    second.result(timeout=60)

    assert database.ask("select count(*), count(distinct tracking_id) from trading.darkpool_trades") == [
        (60, 60)
    ]
    assert database.one("select sum(stored) from ops.ledger") == 60


def test_an_alert_that_the_stream_brought_first_is_one_row_although_its_time_differs(connection, database):
    source = SOURCES["flow_alerts"]
    page = batch(source, fixture(source.name))
    (first, *_), *_ = (one.rows for one in page.parsed)
    earlier = first._replace(executed_at=first.executed_at - timedelta(seconds=2))
    store(connection, Batch(**{**vars(page), "parsed": [type(page.parsed[0])([earlier], "{}")]}))
    counts = store(connection, page)
    assert (counts.stored, counts.quarantined) == (len(page.parsed) - 1, 0)
    assert database.one("select count(*) from trading.options_flow") == len(page.parsed)
