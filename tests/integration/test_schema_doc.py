"""What is written about the database is what the migrations make."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STALE = "stale: run python sql/make_schema_doc.py and commit what it writes"


def generator():
    spec = importlib.util.spec_from_file_location("make_schema_doc", ROOT / "sql" / "make_schema_doc.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_schema_document_is_that_of_the_migrations(database):
    assert generator().markdown(database.dsn()) == (ROOT / "docs" / "schema.md").read_text(), STALE


def test_the_schema_as_sql_is_that_of_the_migrations(database):
    assert generator().dump(database.dsn()) == (ROOT / "sql" / "schema.sql").read_text(), STALE


def test_the_schema_as_sql_makes_the_same_schema(database, empty_database):
    make = generator()
    statement = (ROOT / "sql" / "schema.sql").read_text()
    empty_database.ask(statement)

    assert make.markdown(empty_database.dsn()) == make.markdown(database.dsn())


def test_each_schema_table_view_and_function_says_what_it_is(database):
    silent = database.ask(
        """select 'schema ' || nspname from pg_namespace n
           where nspname in ('trading', 'derived', 'ops') and obj_description(oid, 'pg_namespace') is null
           union all
           select 'relation ' || oid::regclass::text from pg_class c
           where relnamespace::regnamespace::text in ('trading', 'derived', 'ops') and relkind in ('r', 'p', 'v', 'm')
             and not relispartition and obj_description(oid, 'pg_class') is null
           union all
           select 'function ' || oid::regprocedure::text from pg_proc
           where pronamespace::regnamespace::text in ('trading', 'derived', 'ops')
             and obj_description(oid, 'pg_proc') is null"""
    )

    assert silent == []


def test_each_column_of_a_table_says_what_it_is(database):
    silent = database.ask(
        """select attrelid::regclass::text, attname from pg_attribute a join pg_class c on c.oid = a.attrelid
           where c.relnamespace::regnamespace::text in ('trading', 'derived', 'ops') and c.relkind in ('r', 'p')
             and not c.relispartition and attnum > 0 and not attisdropped
             and coalesce(col_description(attrelid, attnum), '') = ''"""
    )

    assert silent == []


def test_each_amount_says_its_unit(database):
    units = "dollar|share|contract|round lots|0 to 100|unit of"
    without = database.ask(
        """select attrelid::regclass::text, attname from pg_attribute a join pg_class c on c.oid = a.attrelid
           where c.relnamespace = 'trading'::regnamespace and c.relkind in ('r', 'p') and attnum > 0
             and not c.relispartition and not attisdropped and atttypid = 'numeric'::regtype
             and col_description(attrelid, attnum) !~* %s""",
        units,
    )

    assert without == []
