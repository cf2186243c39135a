"""Analysis reads the same rows, whether they are in the database or in the archive."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timezone

import pandas as pd
import pytest
from old_months import PRINTS, SNAPSHOTS

from analysis.load import postgresql, whole
from analysis.load.whole import Wanted
from collector.core.errors import Terminal
from collector.jobs import retain
from collector.store import database as door

ALL = (
    *("id", "tracking_id", "symbol", "size", "price", "volume", "premium", "executed_at", "nbbo_ask"),
    *("market_center", "collection_time", "created_at", "canceled", "extra", "missing_since"),
)
SPAN = (datetime(2023, 5, 1, tzinfo=timezone.utc), datetime(2023, 7, 1, tzinfo=timezone.utc))
EVERY = Wanted("darkpool_trades", ("SPY",), *SPAN, ALL)
SWEEP = Wanted(
    "options_flow", ("SPY",), date(2026, 3, 2), date(2026, 3, 3), ("id", "flow_type", "strike", "detail")
)


@pytest.fixture
def archived(database, tmp_path):
    """Archives all that is due."""

    def go():
        with closing(door.keeper(database.dsn("collector"))) as connection:
            for unit in retain.due(connection):
                list(retain.steps(connection, unit, tmp_path))

    for table, months, days in (("darkpool_trades", 24, None), ("options_flow", None, 90)):
        database.ask("insert into ops.retention values (%s, %s, %s, true, now())", table, months, days)
    return go


def read(database, wanted, tmp_path):
    with postgresql.connect(database.dsn("analyst")) as connection:
        return whole.rows(connection, wanted, str(tmp_path))


def levels(database, tmp_path):
    with postgresql.connect(database.dsn("analyst")) as connection:
        day = postgresql.newest_day(connection, "SPY", str(tmp_path))
        return day, postgresql.prints(connection, "SPY", day, str(tmp_path))


def test_equal_before_and_after_the_archive_in_values_and_types(database, archived, tmp_path):
    database.ask(PRINTS)
    before = read(database, EVERY, tmp_path)
    assert len(before) > 40

    archived()

    assert database.one("select count(*) from trading.darkpool_trades") == 0
    pd.testing.assert_frame_equal(read(database, EVERY, tmp_path), before)


def test_the_days_prints_and_the_newest_day_too(database, archived, tmp_path):
    database.ask(PRINTS)
    day, before = levels(database, tmp_path)
    archived()
    again, after = levels(database, tmp_path)

    assert again == day == date(2023, 6, 1)
    assert len(before) > 5
    pd.testing.assert_frame_equal(after, before)


def test_thinned_snapshots_are_read_back_together_with_those_that_stayed(database, archived, tmp_path):
    database.ask(SNAPSHOTS)
    before = read(database, SWEEP, tmp_path)
    archived()

    assert database.one("select count(*) from trading.options_flow where flow_type = 'per_strike'") == 20
    pd.testing.assert_frame_equal(read(database, SWEEP, tmp_path), before)


def test_a_print_that_came_again_after_its_month_had_gone_is_there_once_as_it_was_last(
    database, archived, tmp_path
):
    database.ask(PRINTS)
    before = read(database, EVERY, tmp_path)
    archived()
    database.ask(
        PRINTS.replace("select n, case", "select n, case").replace(
            "'{\"a\": [1.50, null]}'", "'{\"again\": 1}'"
        )
    )

    for _ in ("hot and archived", "archived twice"):
        after = read(database, EVERY, tmp_path)
        assert list(after["tracking_id"]) == list(before["tracking_id"])
        assert all(extra == {"again": 1} for extra in after["extra"])
        archived()


def test_a_span_ends_where_it_was_asked_to_end(database, archived, tmp_path):
    database.ask(PRINTS)
    part = Wanted(
        "darkpool_trades", ("BRK.B",), datetime(2023, 6, 1, tzinfo=timezone.utc), SPAN[1], ("volume",)
    )
    before = read(database, part, tmp_path)
    archived()

    assert 0 < len(before) < 12
    pd.testing.assert_frame_equal(read(database, part, tmp_path), before)


def test_an_archive_that_is_not_here_is_no_empty_answer(database, archived, tmp_path):
    database.ask(PRINTS)
    archived()

    with pytest.raises(Terminal, match="--archive or ANALYSIS_ARCHIVE"):
        read(database, EVERY, tmp_path / "elsewhere")


def test_a_question_that_reads_the_database_only_refuses_archived_days(database, archived, tmp_path):
    database.ask(PRINTS)
    archived()
    asked = {"symbol": "SPY", "as_of": SPAN[1], "now": SPAN[1]}
    gone = {**asked, "first_date": date(2023, 5, 31), "last_date": date(2023, 6, 2)}
    here = {**asked, "first_date": date(2023, 7, 1), "last_date": date(2023, 7, 2)}
    with postgresql.connect(database.dsn("analyst")) as connection:
        with pytest.raises(Terminal, match="2023-05 is archived"):
            postgresql.ask(connection, "insight_facts", **gone)
        assert postgresql.ask(connection, "insight_facts", **here).empty


def test_while_a_month_leaves_a_reader_sees_each_row_once(database, archived, tmp_path):
    database.ask(PRINTS)
    expected = len(read(database, EVERY, tmp_path))
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(archived)
        seen = set()
        while not going.done():
            seen.add(len(read(database, EVERY, tmp_path)))
        going.result()

    assert seen == {expected}


def test_a_column_that_is_younger_than_an_archived_file_has_nothing_in_it(database, archived, tmp_path):
    database.ask(PRINTS)
    archived()
    database.ask("alter table trading.darkpool_trades add column younger numeric")

    found = read(database, replace(EVERY, columns=("id", "younger", "price")), tmp_path)

    assert len(found) > 40
    assert found["younger"].isna().all()
    assert found["price"].notna().all()
