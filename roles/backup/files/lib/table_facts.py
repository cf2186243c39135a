"""What each table holds: how many rows, a content hash that no order of rows changes, the newest time in it.

Noted in a backup's own snapshot and asked again of what was restored: a count alone is equal after a row was altered.
The hash is a sum of hashtextextended(), which must never change: hash partitions on disk are found by it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from typing import TYPE_CHECKING, TypedDict

from backup_set import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Facts(TypedDict):
    """Of one table."""

    rows: int
    hash: str
    newest: str | None


# How a row is written as text must not depend on who asks.
PINNED = "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; \
set extra_float_digits = 1; set bytea_output = 'hex'; set xmloption = 'content';"
# Locked before the snapshot is taken: a migration that commits in between would show its columns to the count, and
# hide them from pg_dump, which reads the catalog by the snapshot.
TABLES = r"""
select coalesce(string_agg(format('%I.%I', n.nspname, c.relname), ', '), 'pg_catalog.pg_class') as tables
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relpersistence = 'p' and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema' \gset
"""
# A partition is a table of its own here, its parent none: each row is counted once.
ASK = """
with asked (name, answer) as (
    select t.nspname || '.' || c.relname, query_to_xml(format(
        'select count(*) as rows, coalesce(sum(hashtextextended(t::text, 0)), 0) as hash, '
        '(greatest(null::timestamptz%s))::text as newest from only %I.%I as t',
        (select string_agg(format(', max(t.%I)', a.attname), '') from pg_catalog.pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and a.atttypid = 'timestamptz'::regtype), t.nspname, c.relname), false, true, '')
    from pg_catalog.pg_class c join pg_catalog.pg_namespace t on t.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence = 'p' and t.nspname !~ '^pg_' and t.nspname <> 'information_schema'
)
select coalesce(json_object_agg(name, json_build_object(
    'rows', (xpath('/row/rows/text()', answer))[1]::text::bigint,
    'hash', (xpath('/row/hash/text()', answer))[1]::text,
    'newest', (xpath('/row/newest/text()', answer))[1]::text) order by name), '{}')
from asked;
"""


class Session:
    """One transaction that goes on seeing what was committed when it began."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        begin = "begin isolation level repeatable read read only; lock table :tables in access share mode;"
        self.name = self.ask(f"{PINNED}\n{TABLES}\n{begin} select pg_export_snapshot();")

    def ask(self, statement: str) -> str:
        """The one line that a statement answers."""
        self._process.stdin.write(f"{statement}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline().strip()
        if not line:
            raise BackupError("the database cannot be read: see the line above, and `pg_lsclusters`")
        return line

    def facts(self) -> dict[str, Facts]:
        """What the tables hold."""
        found: dict[str, Facts] = json.loads(self.ask(ASK))
        return found


@contextlib.contextmanager
def snapshot_later(psql: Sequence[str]) -> Iterator[Callable[[], Session]]:
    """Connect now; the snapshot is taken when the given function is called."""
    with subprocess.Popen(
        [*psql, "-XqAt", "-v", "ON_ERROR_STOP=1"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/",
    ) as process:  # fmt: skip
        try:
            yield lambda: Session(process)
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()


@contextlib.contextmanager
def snapshot(psql: Sequence[str]) -> Iterator[Session]:
    """Keep a transaction open, so that whoever takes its snapshot sees the rows that are counted in it."""
    with snapshot_later(psql) as begin:
        yield begin()


def facts(psql: Sequence[str]) -> dict[str, Facts]:
    """What the tables hold now."""
    with snapshot(psql) as session:
        return session.facts()


def differences(noted: Mapping[str, Facts], restored: Mapping[str, Facts]) -> list[str]:
    """One line a table that is not as noted, none where all are."""
    wrong = []
    for table in sorted(noted.keys() | restored.keys()):
        before, after = noted.get(table), restored.get(table)
        if before is None or after is None:
            wrong.append(f"{table} {'is new' if before is None else 'is not there'}")
        elif before["rows"] != after["rows"]:
            wrong.append(f"{table} had {before['rows']} rows, has {after['rows']}")
        elif before["hash"] != after["hash"]:
            wrong.append(f"{table} has as many rows as noted ({after['rows']}), but not the same ones")
        elif before["newest"] != after["newest"]:
            wrong.append(f"{table} had {before['newest']} as its newest time, has {after['newest']}")
    return wrong


def total(noted: Mapping[str, Facts]) -> int:
    """Rows of all tables."""
    return sum(table["rows"] for table in noted.values())
