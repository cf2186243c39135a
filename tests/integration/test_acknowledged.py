"""What was committed is noted outside the database, and a database that has less than that is found out."""

import importlib.util
import json
from contextlib import closing
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from collector.channels import source_of
from collector.core.source import Seen
from collector.jobs import answer
from collector.store import ledger
from collector.store.acknowledged import Acknowledged
from collector.store.database import writer
from collector.store.pages import Batch, Counts, store

FILE = Path(__file__).resolve().parents[2] / "roles/backup/files/lib/owed.py"
SPEC = importlib.util.spec_from_file_location("owed", FILE)
comparer = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(comparer)

NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
DAY = date(2026, 11, 20)
SOURCE = source_of("darkpool_trades")


def batch(symbol, sizes):
    raws = [
        {"ticker": symbol, "executed_at": "2026-11-20T15:00:00Z", "price": "600.1", "size": size, "volume": 1000 + size,
         "tracking_id": size}
        for size in sizes
    ]  # fmt: skip
    parsed, rejects = answer.read(SOURCE, raws, Seen(symbol, DAY, NOW))
    assert not rejects
    return Batch("r1", SOURCE, symbol, DAY, NOW, parsed, served=len(raws))


@pytest.fixture
def noted(database, tmp_path):
    """Two pages of SPY, of which the second brought one new row, and a page of QQQ."""
    notes = Acknowledged(tmp_path / "acknowledged")
    with closing(writer(database.dsn("collector"))) as made:
        ledger.begin_run(made, "r1", NOW, "test")
        for page in (batch("SPY", [1, 2, 3]), batch("SPY", [3, 4]), batch("SPY", [4]), batch("QQQ", [7])):
            notes.note(page, store(made, page))
    notes.close()
    return comparer.read(tmp_path / "acknowledged")


@pytest.fixture
def ask(database):
    def answered(query):
        found = database.ask(query)[0][0]
        return found if isinstance(found, str) else json.dumps(found)

    return answered


def test_each_page_with_new_rows_is_one_line(noted):
    assert [(line["symbol"], line["session"], line["stored"]) for line in noted] == [
        ("SPY", "2026-11-20", 3), ("SPY", "2026-11-20", 1), ("QQQ", "2026-11-20", 1),
    ]  # fmt: skip
    assert {line["table"] for line in noted} == {"trading.darkpool_trades"}


def test_nothing_is_lost_where_all_of_it_is_there(noted, ask):
    assert comparer.lost(noted, ask) == []


def test_a_database_without_its_newest_page_is_found_out_by_feed_symbol_and_session(noted, ask):
    more = [*noted, {**noted[0], "stored": 10}]

    assert comparer.lost(more, ask) == [
        "darkpool_trades SPY 2026-11-20: 14 rows were acknowledged, 4 are booked"
    ]


def test_rows_that_were_removed_behind_the_books_are_found_out(noted, ask, database):
    database.ask(
        "with allowed as (select set_config('darkpool.allow_removal', 'reviewed', true)),"
        " gone as (delete from trading.darkpool_trades where symbol = 'SPY' and tracking_id = 2"
        " and exists (select from allowed) returning 1) select count(*) from gone"
    )

    assert comparer.lost(noted, ask) == ["trading.darkpool_trades: 5 rows are booked, 4 are there"]


def test_rows_that_are_in_files_by_now_are_not_missed_and_one_too_few_is(noted, ask, database):
    database.ask(
        "with allowed as (select set_config('darkpool.allow_removal', 'reviewed', true)),"
        " gone as (delete from trading.darkpool_trades where symbol = 'SPY'"
        " and exists (select from allowed) returning 1)"
        " insert into ops.archives (table_name, month, part, kind, folder, files, rows, content, bytes, released_at)"
        " select 'darkpool_trades', '2026-11-01', 1, 'month', 'f', 1, count(*), '', 1, now() from gone returning rows"
    )
    assert comparer.lost(noted, ask) == []

    database.ask("update ops.archives set rows = rows - 1 returning 1")
    assert comparer.lost(noted, ask) == ["trading.darkpool_trades: 5 rows are booked, 4 are there"]


def test_half_a_line_of_a_power_cut_was_never_acknowledged(tmp_path):
    (tmp_path / "2026-11-20.jsonl").write_text('{"at": "2026-11-20T15:00:00+00:00", "stored": 1}\n{"at": "20')

    assert [line["stored"] for line in comparer.read(tmp_path)] == [1]


def test_what_was_acknowledged_after_a_moment_is_not_owed_at_it(noted):
    assert comparer.until(noted, datetime(2020, 1, 1, tzinfo=timezone.utc)) == []
    assert len(comparer.until(noted, datetime(2100, 1, 1, tzinfo=timezone.utc))) == 3


def test_a_folder_that_cannot_be_written_costs_no_page(tmp_path):
    (tmp_path / "acknowledged").write_text("a file where the folder belongs")
    notes = Acknowledged(tmp_path / "acknowledged")

    notes.note(batch("SPY", [1]), Counts(stored=1))
    notes.close()


def test_the_group_may_read_the_notes_whatever_the_units_umask(noted, tmp_path):
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "acknowledged").glob("*.jsonl")}

    assert modes == {0o640}


def test_what_a_restore_to_an_earlier_moment_gave_up_is_not_owed_and_the_rest_is(noted, tmp_path, ask):
    folder = tmp_path / "acknowledged"
    moment = datetime.fromisoformat(noted[0]["at"])
    later = {**noted[0], "at": "2100-01-02T00:00:00+00:00", "stored": 5}
    (folder / "2100-01-02.jsonl").write_text(json.dumps(later) + "\n")
    assert comparer.lost(comparer.read(folder), ask) == [
        "darkpool_trades SPY 2026-11-20: 9 rows were acknowledged, 4 are booked"
    ]

    comparer.give_up(
        folder, datetime(2100, 1, 1, tzinfo=timezone.utc), datetime(2100, 1, 3, tzinfo=timezone.utc)
    )

    assert comparer.read(folder) == noted
    comparer.give_up(folder, moment, datetime(2099, 1, 1, tzinfo=timezone.utc))
    assert all(datetime.fromisoformat(line["at"]) <= moment for line in comparer.read(folder))
    assert comparer.read(folder)[0] == noted[0]
