"""A print that a later sweep no longer shows is marked, and nothing else is."""

from datetime import timedelta

import pytest
from batches import NOW, SOURCES, batch, fixture

from collector.store.pages import Batch, store

PRINTS = SOURCES["darkpool_trades"]
LATER = NOW + timedelta(hours=2)
MARKED = "select tracking_id, missing_since from trading.darkpool_trades where missing_since is not null"


@pytest.fixture
def rows():
    """Six prints, the first three of one second."""
    return [{**row, "tracking_id": number} for number, row in enumerate(fixture(PRINTS.name))]


def swept(rows, fetched_at=LATER, **more):
    return batch(PRINTS, rows, fetched_at, covered=(NOW - timedelta(hours=8), NOW), **more)


def test_a_print_that_a_complete_page_lacks_is_marked_and_kept(connection, database, rows):
    store(connection, swept(rows, NOW))
    counts = store(connection, swept(rows[:2] + rows[3:]))

    assert (counts.stored, counts.updated, counts.missing) == (0, 0, 1)
    assert database.ask(MARKED) == [(2, LATER)]
    assert database.one("select count(*) from trading.darkpool_trades") == len(rows)
    assert database.one("select missing from ops.ledger") == 1


def test_it_is_marked_once_since_the_first_sweep_that_lacked_it(connection, database, rows):
    store(connection, swept(rows, NOW))
    store(connection, swept(rows[1:]))
    again = store(connection, swept(rows[1:], LATER + timedelta(hours=1)))

    assert again.missing == 0
    assert database.ask(MARKED) == [(0, LATER)]


def test_a_print_that_is_shown_again_loses_the_mark_and_history_keeps_both(connection, database, rows):
    again = LATER + timedelta(hours=1)
    store(connection, swept(rows, NOW))
    store(connection, swept(rows[1:]))
    counts = store(connection, swept(rows, again))

    assert (counts.stored, counts.updated, counts.missing) == (0, 1, 0)
    assert database.ask(MARKED) == []
    assert database.ask(
        "select before ->> 'missing_since', replaced_at from trading.history order by id"
    ) == [
        (None, LATER),
        (LATER.isoformat(), again),
    ]


def test_outside_of_what_a_page_proves_nothing_is_missing(connection, database, rows):
    store(connection, swept(rows, NOW))
    newest = max(row["executed_at"] for row in rows)
    shown = [row for row in rows if row["executed_at"] == newest]
    store(connection, batch(PRINTS, shown, LATER))
    store(connection, batch(PRINTS, shown, LATER, covered=(NOW - timedelta(minutes=1), NOW)))

    assert database.ask(MARKED) == []


def test_the_print_at_the_start_of_what_is_proven_is_missed_the_one_at_its_end_is_not(
    connection, database, rows
):
    first, second, third = (
        {**row, "executed_at": f"2026-11-20T15:04:0{place}Z"} for place, row in enumerate(rows[:3])
    )
    store(connection, swept([first, second, third], NOW))
    start = NOW.replace(hour=15, minute=4, second=0)
    store(connection, batch(PRINTS, [second], LATER, covered=(start, start + timedelta(seconds=2))))

    assert database.ask(MARKED) == [(0, LATER)]


def test_prints_of_another_symbol_are_not_missing(connection, database, rows):
    store(connection, swept(rows, NOW))
    database.ask("update trading.darkpool_trades set symbol = 'QQQ' where tracking_id = 1")
    store(connection, swept(rows[2:]))

    assert database.ask(MARKED) == [(0, LATER)]


def test_a_print_in_other_digits_or_restated_is_shown(connection, database, rows):
    store(connection, swept(rows, NOW))
    first, second, *others = rows
    shown = [{**first, "price": first["price"] + "00"}, {**second, "canceled": True}, *others]
    counts = store(connection, swept(shown))

    assert (counts.stored, counts.updated, counts.missing) == (0, 1, 0)
    assert database.ask(MARKED) == []


def test_a_print_that_was_stored_after_the_page_was_asked_for_is_not_missing(connection, database, rows):
    store(connection, swept(rows, LATER))
    store(connection, swept(rows[1:], NOW))

    assert database.ask(MARKED) == []


@pytest.mark.parametrize("junk", [None, {"executed_at": "2026-11-20T15:04:05Z"}], ids=str)
def test_a_page_with_an_unreadable_row_calls_no_print_missing(connection, database, rows, junk):
    store(connection, swept(rows, NOW))
    counts = store(connection, swept([*rows[1:], junk]))

    assert counts.quarantined == 1
    assert database.ask(MARKED) == []


def test_a_page_with_a_row_that_postgresql_refuses_calls_no_print_missing(connection, database, rows):
    store(connection, swept(rows, NOW))
    page = swept(rows)
    first, *others = page.parsed
    bad = type(first)([first.rows[0]._replace(extra="no json")], "{}")
    counts = store(connection, Batch(**{**vars(page), "parsed": [bad, *others]}))

    assert counts.quarantined == 1
    assert database.ask(MARKED) == []


def test_an_answer_without_a_row_proves_nothing_missing(connection, database, rows):
    store(connection, swept(rows, NOW))
    assert store(connection, swept([])).missing == 0

    assert database.ask(MARKED) == []


def test_missing_prints_are_counted_and_in_no_sum(connection, database, rows):
    store(connection, swept(rows, NOW))
    before = database.one("select shares from trading.print_summary")
    at_market = database.one("select count(*) from trading.market_prints")
    store(connection, swept(rows[1:]))

    assert database.ask("select prints, missing, shares from trading.print_summary") == [
        (len(rows), 1, before - rows[0]["size"])
    ]
    assert database.one("select count(*) from trading.market_prints") == at_market - 1


def test_a_page_that_waited_and_knows_more_than_the_sweep_after_it_has_its_time_swept_again(
    connection, database, rows
):
    store(connection, swept(rows[1:], LATER, settled=True, confirmed=True))
    claimed = "select covered = settled, covered = confirmed from ops.coverage"
    store(connection, swept(rows[1:], NOW))
    assert database.ask(claimed) == [(True, True)]

    assert store(connection, swept(rows, NOW)).stored == 1
    assert database.ask("select settled = '{}', confirmed = '{}' from ops.coverage") == [(True, True)]
