"""The migration that parts the growing tables moves every row as it is, or changes nothing."""

import shutil
from pathlib import Path

import pytest

from collector.store import files
from collector.store.migrate import migrate

PARENTED = "0023_partitions.sql"
WHOLE = {
    "darkpool_trades": """(tracking_id, symbol, size, price, volume, executed_at, collection_time, extra)
        select n, 'SPY', 1.50 + n, 600.10, n, '2023-01-31 23:30-05'::timestamptz + n * interval '41 days', now(),
               '{"a": "b"}' from generate_series(1, 40) n""",
    "options_flow": """(symbol, flow_type, record_id, session_date, collected_at, detail)
        select 'SPY', 'recent', n, '2023-11-30'::date + n * 17, now(), '{"x": 1.0}' from generate_series(1, 40) n""",
    "market_metrics": """(symbol, metric_type, value, timestamp, collected_at)
        select 'SPY', 'iv_rank', n / 7.0, '2024-03-01 00:00-05'::timestamptz - n * interval '1 day', now()
        from generate_series(1, 40) n""",
    "bars": """(symbol, session_date, candle, starts_at, open, high, low, close, volume, collected_at)
        select 'SPY', now(), '1m', now() - n * interval '9 days', 1, 2, 1, 2, n, now() from generate_series(1, 40) n""",
    "price_levels": """(symbol, session_date, level_type, price, dark_volume, lit_volume, collected_at)
        select 'SPY', '2026-01-31'::date + n, 'darkpool', n, n, n, now() from generate_series(1, 40) n""",
    "oi_changes": """(symbol, option_symbol, curr_date, curr_oi, collected_at)
        select 'SPY', 'SPY' || n, '2026-01-31'::date - n, n, now() from generate_series(1, 40) n""",
    "history": """(table_name, row_id, before, replaced_at)
        select 'bars', n, '{"close": 1}', now() - n * interval '1 week' from generate_series(1, 40) n""",
}


@pytest.fixture
def checkout(tmp_path):
    """The files as they were before the migration; the migration itself is laid aside."""
    made = Path(shutil.copytree(files.root(), tmp_path / "sql"))
    for path in sorted((made / "migrations").glob("*.sql")):
        if path.name >= PARENTED:
            path.rename(made / path.name)
    for path in (made / "roles").glob("*.sql"):
        if path.name not in {"grants.sql", "guard.sql", "stream.sql"}:
            path.unlink()
    return made


@pytest.fixture
def before(empty_database, checkout):
    """A database of the release before, with rows of years in every table; and what it holds."""
    migrate(empty_database.dsn("darkpool_migrator"), checkout)
    for name, rows in WHOLE.items():
        empty_database.ask(f"insert into trading.{name} {rows}")
    # A gap in the ids, and a next one that no row tells.
    empty_database.ask("select nextval('trading.bars_id_seq'), nextval('trading.bars_id_seq')")
    return {name: rows_of(empty_database, name) for name in WHOLE}


def rows_of(database, name):
    return database.ask(f"select t::text from trading.{name} t order by id")


def put_back(checkout):
    (checkout / PARENTED).rename(checkout / "migrations" / PARENTED)
    return checkout / "migrations" / PARENTED


@pytest.mark.slow
def test_every_row_is_moved_as_it_is_and_keeps_its_id(empty_database, checkout, before):
    put_back(checkout)
    migrate(empty_database.dsn("darkpool_migrator"), checkout)

    for name, rows in before.items():
        assert rows_of(empty_database, name) == rows, name
        assert len(empty_database.ask(f"select distinct tableoid from trading.{name}")) > 1, name
    assert empty_database.one("select to_regnamespace('moving')") is None


def test_the_next_row_takes_the_next_id(empty_database, checkout, before):
    put_back(checkout)
    migrate(empty_database.dsn("darkpool_migrator"), checkout)

    for name in WHOLE:
        following = empty_database.one("select nextval(pg_get_serial_sequence(%s, 'id'))", f"trading.{name}")
        assert following == (43 if name == "bars" else 41), name


@pytest.mark.slow
def test_a_move_that_lost_a_row_changes_nothing(empty_database, checkout, before):
    path = put_back(checkout)
    text = path.read_text()
    lossy = text.replace("select * from moving.%1$I'", "select * from moving.%1$I where id <> 7'")
    assert lossy != text
    path.write_text(lossy)

    with pytest.raises(Exception, match="is not what it was: 40 rows before, 39 after"):
        migrate(empty_database.dsn("darkpool_migrator"), checkout)

    assert {name: rows_of(empty_database, name) for name in WHOLE} == before
    assert empty_database.one("select relkind from pg_class where oid = 'trading.bars'::regclass") == "r"


@pytest.mark.slow
def test_a_move_that_changed_a_value_changes_nothing(empty_database, checkout, before):
    path = put_back(checkout)
    counted = "    execute format(facts, 'trading', name) into after;"
    damage = "    if name = 'bars' then update trading.bars set volume = volume + 0.0 where id = 3; end if;"
    text = path.read_text()
    assert counted in text
    path.write_text(text.replace(counted, f"{damage}\n{counted}"))

    with pytest.raises(Exception, match="bars is not what it was: 40 rows before, 40 after"):
        migrate(empty_database.dsn("darkpool_migrator"), checkout)
    assert rows_of(empty_database, "bars") == before["bars"]
