"""What a row said before is kept, by nobody's good will."""

from datetime import timedelta

import psycopg2
import pytest
from batches import NOW, SOURCES, batch, fixture

from collector.store import files
from collector.store.pages import store

PRINTS = SOURCES["darkpool_trades"]
LATER = NOW + timedelta(hours=2)
TOLD = "select table_name, row_id, before, replaced_at from trading.history order by id"


def instant(moment):
    return moment.isoformat()


def test_a_cancel_leaves_what_the_print_said(connection, database):
    first = fixture(PRINTS.name)[0]
    store(connection, batch(PRINTS, [first]))
    store(connection, batch(PRINTS, [{**first, "canceled": True}], NOW + timedelta(hours=1)))
    store(connection, batch(PRINTS, [{**first, "canceled": True, "market_center": "Q"}], LATER))
    print_id = database.one("select id from trading.darkpool_trades")

    assert database.ask(TOLD) == [
        ("darkpool_trades", print_id, {"canceled": False, "restated_at": None}, NOW + timedelta(hours=1)),
        (
            "darkpool_trades",
            print_id,
            {"market_center": "L", "restated_at": instant(NOW + timedelta(hours=1))},
            LATER,
        ),
    ]


def test_a_restated_metric_leaves_its_value_and_when_that_was_fetched(connection, database):
    today = fixture("iv_rank")[1]
    store(connection, batch(SOURCES["iv_rank"], [today]))
    store(connection, batch(SOURCES["iv_rank"], [{**today, "iv_rank_1y": "25.5"}], LATER))

    assert database.ask("select before ->> 'value', before ->> 'collected_at' from trading.history") == [
        (today["iv_rank_1y"], instant(NOW))
    ]


def test_an_answer_that_changes_nothing_leaves_nothing(connection, database):
    for source in SOURCES.values():
        store(connection, batch(source, fixture(source.name)))
        store(connection, batch(source, fixture(source.name), LATER))

    assert database.ask(TOLD) == []


def test_a_new_time_of_arrival_alone_is_no_change(connection, database):
    store(connection, batch(SOURCES["iv_rank"], fixture("iv_rank")))
    database.ask("update trading.market_metrics set collected_at = now(), restated_at = now()")

    assert database.ask(TOLD) == []


def test_a_change_by_the_owner_is_kept_with_its_own_time(connection, database):
    store(connection, batch(PRINTS, fixture(PRINTS.name)[:1]))
    database.ask("update trading.darkpool_trades set restated_at = '2026-01-01'")
    database.ask("update trading.darkpool_trades set nbbo_bid = 1")

    assert database.ask("select before, replaced_at > now() - interval '1 hour' from trading.history") == [
        ({"nbbo_bid": 671.23}, True)
    ]


def test_a_table_of_a_later_feed_keeps_its_history_after_the_next_release(database):
    database.ask(
        "set role darkpool_owner; create table trading.later (id int, v int, restated_at timestamptz)"
    )
    for path in files.in_order("roles"):
        database.ask(path.read_text())
    database.ask("insert into trading.later values (7, 1); update trading.later set v = 2", user="postgres")

    assert database.ask("select table_name, row_id, before from trading.history") == [("later", 7, {"v": 1})]


@pytest.mark.parametrize("statement", ["delete from trading.history", "truncate trading.history"])
def test_even_the_owner_removes_no_history_without_saying_so(connection, database, statement):
    first = fixture(PRINTS.name)[0]
    store(connection, batch(PRINTS, [first]))
    store(connection, batch(PRINTS, [{**first, "canceled": True}], LATER))
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="collected data is kept"):
        database.ask(f"set role darkpool_owner; {statement}")

    assert len(database.ask(TOLD)) == 1
