"""A print comes by REST, by the stream, or by both: it is one row, whichever was first."""

import threading
from collections import Counter
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.channels import source_of
from collector.core.source import Seen
from collector.jobs import answer
from collector.store import ledger
from collector.store.database import writer
from collector.store.pages import Batch, store

NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
DAY = date(2026, 11, 20)
OPEN = datetime(2026, 11, 20, 15, 0, tzinfo=timezone.utc)
REST, STREAM = source_of("darkpool_trades"), source_of("stream_off_lit_trades")
symbols = (f"S{number}" for number in count())
FACTS = "to_char(executed_at, 'HH24:MI:SS'), price, size, volume"


@pytest.fixture
def connection(database):
    with closing(writer(database.dsn("collector"))) as made:
        ledger.begin_run(made, "r1", NOW, "test")
        yield made


def trade(at=0, price="600.10", size=400, volume=1000, **more) -> dict[str, Any]:
    """What both roads say of a print; REST adds its tracking_id."""
    executed_at = f"{OPEN + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}"
    return {"executed_at": executed_at, "price": price, "size": size, "volume": volume, **more}


def put(connection, source, symbol, raws):
    key = "symbol" if source is STREAM else "ticker"
    seen = Seen(symbol, DAY, NOW)
    parsed, rejects = answer.read(source, [{key: symbol, **raw} for raw in raws], seen)
    assert not rejects
    return store(connection, Batch("r1", source, symbol, DAY, NOW, parsed, served=len(raws)))


def rows(database, symbol="SPY", columns="tracking_id, canceled"):
    return sorted(database.ask(f"select {columns} from trading.darkpool_trades where symbol = %s", symbol))


def test_a_print_of_the_stream_takes_the_tracking_id_that_rest_shows(connection, database):
    put(connection, STREAM, "SPY", [trade()])
    assert rows(database) == [(-1, False)]
    counts = put(connection, REST, "SPY", [trade(tracking_id=77, price="600.1000", market_center="L")])
    assert rows(database, columns="tracking_id, canceled, market_center") == [(77, False, "L")]
    assert (counts.stored, counts.updated) == (0, 1)


def test_a_print_that_rest_brought_is_not_added_by_the_stream(connection, database):
    put(connection, REST, "SPY", [trade(tracking_id=77)])
    counts = put(connection, STREAM, "SPY", [{**trade(), "executed_at": "2026-11-20T15:00:00.731Z"}])
    assert (counts.stored, counts.updated) == (0, 0)
    assert rows(database) == [(77, False)]


def test_twins_are_one_print_until_rest_tells_them_apart(connection, database):
    put(connection, STREAM, "SPY", [trade(), trade()])
    assert rows(database) == [(-1, False)]
    put(connection, REST, "SPY", [trade(tracking_id=8), trade(tracking_id=7)])
    assert rows(database) == [(7, False), (8, False)]


def test_a_frame_that_comes_again_after_a_reconnect_adds_nothing(connection, database):
    for _ in range(2):
        put(connection, STREAM, "SPY", [trade()])
    assert rows(database) == [(-1, False)]


@pytest.mark.parametrize("first", [REST, STREAM], ids=["rest", "stream"])
def test_a_cancel_by_stream_reaches_a_print_of_either_road_and_is_not_taken_back_by_an_old_frame(
    connection, database, first
):
    put(connection, first, "SPY", [trade(tracking_id=7)])
    counts = put(connection, STREAM, "SPY", [trade(canceled=True)])
    assert (counts.stored, counts.updated) == (0, 1)
    put(connection, STREAM, "SPY", [trade()])
    assert [canceled for _, canceled in rows(database)] == [True]


def test_a_cancel_by_stream_of_one_of_twins_is_left_to_rest(connection, database):
    put(connection, REST, "SPY", [trade(tracking_id=7), trade(tracking_id=8)])
    put(connection, STREAM, "SPY", [trade(canceled=True)])
    assert rows(database) == [(7, False), (8, False)]
    put(connection, REST, "SPY", [trade(tracking_id=7), trade(tracking_id=8, canceled=True)])
    assert rows(database) == [(7, False), (8, True)]


def test_the_premium_of_a_stream_print_is_price_times_size_where_the_vendor_sends_none(connection, database):
    put(connection, STREAM, "SPY", [trade(), trade(at=1, premium="1.50")])
    assert rows(database, columns="premium") == [(Decimal("1.50"),), (Decimal("240040.00"),)]


def test_a_print_of_another_symbol_or_with_other_facts_is_not_adopted(connection, database):
    put(connection, STREAM, "QQQ", [trade()])
    put(connection, STREAM, "SPY", [trade(), trade(volume=1001), trade(size=401), trade(at=1)])
    put(connection, REST, "SPY", [trade(tracking_id=7)])
    assert rows(database) == [(-1, False), (-1, False), (-1, False), (7, False)]
    assert rows(database, "QQQ") == [(-1, False)]


def test_a_rest_row_with_a_negative_tracking_id_is_no_stream_print(connection, database):
    seen = Seen("SPY", DAY, NOW)
    parsed, rejects = answer.read(REST, [trade(ticker="SPY", tracking_id=-1)], seen)
    assert (parsed, [one.reason for one in rejects]) == ([], ["tracking_id is negative"])


@pytest.mark.parametrize("wanted", ["7", "-2", "-1 - 1"])
def test_the_collector_renames_no_print_but_a_provisional_one(connection, database, wanted):
    put(connection, REST, "SPY", [trade(tracking_id=77)])
    put(connection, STREAM, "SPY", [trade(at=1)])
    where = "tracking_id > 0" if wanted == "7" else "tracking_id < 0"
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="is kept"):
        database.ask(
            f"update trading.darkpool_trades set tracking_id = {wanted} where {where}", user="collector"
        )
    assert rows(database) == [(-1, False), (77, False)]


FEW = st.integers(0, 1)
PRINTS = st.lists(st.tuples(FEW, FEW, st.booleans()), min_size=1, max_size=6)
STEPS = st.lists(
    st.tuples(st.sampled_from("RSC"), st.lists(st.integers(0, 5), min_size=1, max_size=6)), max_size=8
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prints=PRINTS, under_the_floor=st.lists(st.tuples(FEW, FEW), max_size=2), steps=STEPS)
def test_in_whatever_order_both_roads_bring_prints_twins_and_cancels_each_is_there_once_in_the_end(
    connection, database, prints, under_the_floor, steps
):
    symbol = next(symbols)
    truth = [
        trade(at, volume=1000 + more, tracking_id=number, canceled=canceled)
        for number, (at, more, canceled) in enumerate(prints)
    ]
    only_streamed = [trade(at, price="1.00", volume=2000 + more) for at, more in under_the_floor]
    for road, places in steps:
        chosen = [truth[place % len(truth)] for place in places]
        if road == "R":
            put(connection, REST, symbol, chosen)
        else:
            frames = [without(one, "tracking_id") for one in chosen]
            if road == "S":
                frames = [without(one, "canceled") for one in frames]
            put(connection, STREAM, symbol, frames + only_streamed)
        assert_never_more_than(truth + only_streamed, database, symbol)
    put(connection, REST, symbol, truth)
    put(connection, STREAM, symbol, only_streamed)

    found = rows(database, symbol, f"tracking_id, canceled, {FACTS}")
    named = [row for row in found if row[0] >= 0]
    assert named == sorted((one["tracking_id"], one["canceled"], *facts(one)) for one in truth)
    assert {row[2:] for row in found if row[0] < 0} == {facts(one) for one in only_streamed}
    assert len(found) == len(truth) + len({facts(one) for one in only_streamed})


def without(raw, key):
    return {name: value for name, value in raw.items() if name != key}


def facts(raw):
    return (raw["executed_at"][11:19], Decimal(raw["price"]), raw["size"], raw["volume"])


def assert_never_more_than(truth, database, symbol):
    there = Counter(rows(database, symbol, FACTS))
    assert there <= Counter(map(facts, truth))


def test_both_roads_at_once_bring_each_print_once(connection, database):
    """Each print by both at the same moment, many times: whoever is first, the other waits and sees it."""
    prints = [trade(at) for at in range(60)]

    def stream():
        with closing(writer(database.dsn("collector"))) as other:
            for one in prints:
                put(other, STREAM, "SPY", [one])

    thread = threading.Thread(target=stream)
    thread.start()
    for number, one in enumerate(prints):
        put(connection, REST, "SPY", [{**one, "tracking_id": number}])
    thread.join()
    assert rows(database) == [(number, False) for number in range(60)]


def test_rest_waits_for_the_stream_that_is_about_to_commit_the_same_print(connection, database):
    with closing(psycopg2.connect(database.dsn("collector"))) as other:
        with other.cursor() as cursor:
            cursor.execute(
                "select pg_advisory_xact_lock(hashtext('trading.darkpool_trades'), hashtext('SPY'))"
            )
            cursor.execute(
                """insert into trading.darkpool_trades
                   (tracking_id, symbol, size, price, volume, executed_at, collection_time)
                   values (-1, 'SPY', 400, 600.10, 1000, %s, now())""",
                (OPEN,),
            )
        thread = threading.Thread(target=put, args=(connection, REST, "SPY", [trade(tracking_id=7)]))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        other.commit()
        thread.join()
    assert rows(database) == [(7, False)]
