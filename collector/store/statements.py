"""The SQL that stores a source's rows: its names put together once, its values never."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.core.source import BySecond, Source

_KNOWN = """
copy (select {said}, case when {unseen} then id end from {table}
      where symbol = %(symbol)s and {time} >= %(since)s and {time} < %(until)s{of_days}) to stdout
"""
_OF_DAYS = " and {day} between %(since_day)s and %(until_day)s"
_UNSEEN = "{time} >= %(covered_from)s and {time} < %(covered_to)s and {seen} < %(fetched_at)s and {vanishes} is null"
# A print of the stream that REST has not named may be one that REST never shows.
_NAMED = " and tracking_id >= 0"
_COPY = "copy {into} ({columns}) from stdin"
_STAGE = """
create temporary table if not exists {stage} on commit delete rows as select {columns} from {table} limit 0
"""
_EMPTY = "delete from {stage}"
_MERGE = """
insert into {table} as kept ({columns}) select {columns} from {stage}
on conflict ({identity}) do {action} returning {new}
"""
# An older answer, stored again or late, never overwrites what a newer one said.
_UPDATE = """
update set {sets}, restated_at = {seen}
where ({old}) is distinct from ({new}) and {seen} >= coalesce(kept.restated_at, {kept_seen})
"""
_MARK = """
update {table} as kept set {vanishes} = %(fetched_at)s, restated_at = %(fetched_at)s
where id = any (%(ids)s) and {time} >= %(covered_from)s and {time} < %(covered_to)s
  and not exists (select from {stage} shown where ({kept}) = ({shown}))
"""


@dataclass(frozen=True)
class Statements:
    """Texts for one source. `said` names the columns of a line of `known`; those without a time are never asked."""

    said: tuple[str, ...]
    known: str
    copy: str
    stage: str
    empty_stage: str
    copy_to_stage: str
    merge: str
    mark: str


_made: dict[Source, Statements] = {}


def of(cursor: Cursor, source: Source) -> Statements:
    """Made once for each source."""
    if source not in _made:
        _made[source] = _make(cursor, source)
    return _made[source]


def time_column(source: Source) -> str:
    """The column by which a page is an interval; none for a snapshot."""
    return source.page.column or source.page.time_key if isinstance(source.page, BySecond) else ""


def _day(source: Source) -> str:
    return source.page.day if isinstance(source.page, BySecond) else ""


def _make(cursor: Cursor, source: Source) -> Statements:
    said = _said(source)
    names = {
        "table": sql.Identifier(*source.table),
        "stage": sql.Identifier("pg_temp", f"stage_{source.name}"),
        "columns": _list(source.columns),
        "identity": _list(source.identity),
        "said": _list(said),
        "time": sql.Identifier(time_column(source)),
        "day": sql.Identifier(_day(source)),
        "seen": sql.Identifier(source.seen),
        "vanishes": sql.Identifier(source.vanishes),
        "kept": _list(source.identity, "kept"),
        "shown": _list(source.identity, "shown"),
    }
    names["unseen"] = sql.SQL(_unseen(source)).format(**names)
    names["of_days"] = sql.SQL(_OF_DAYS if _day(source) else "").format(**names)

    def text(template: str, **more: sql.Composable) -> str:
        return sql.SQL(template).format(**{**names, **more}).as_string(cursor)

    return Statements(
        said,
        known=text(_KNOWN),
        copy=text(_COPY, into=names["table"]),
        stage=text(_STAGE),
        empty_stage=text(_EMPTY),
        copy_to_stage=text(_COPY, into=names["stage"]),
        # Not by xmax: that of a partitioned table's rows cannot be asked for on every PostgreSQL.
        merge=text(
            _MERGE,
            action=_action(source),
            new=sql.SQL("kept.restated_at is null" if source.restates else "true"),
        ),
        mark=text(_MARK),
    )


def _unseen(source: Source) -> str:
    if not source.vanishes:
        return "false"
    return _UNSEEN + _NAMED if source.road else _UNSEEN


def _said(source: Source) -> tuple[str, ...]:
    """The time first, then all that makes a stored row another one than the page's."""
    time = time_column(source)
    rest = dict.fromkeys((*source.identity, *_compared(source)))
    return (time, *(name for name in rest if name != time), *filter(None, [source.vanishes]))


def _compared(source: Source) -> list[str]:
    return [name for name in source.restates if name not in source.unless_changed]


def _action(source: Source) -> sql.Composable:
    """What a row that is shown again is worth: its new values, and that it is there."""
    if not source.restates:
        return sql.SQL("nothing")
    sets: list[sql.Composable] = [
        sql.SQL("{name} = excluded.{name}").format(name=sql.Identifier(name)) for name in source.restates
    ]
    old: list[sql.Composable] = [_list(_compared(source), "kept")]
    new: list[sql.Composable] = [_list(_compared(source), "excluded")]
    if source.vanishes:
        sets.append(sql.SQL("{name} = null").format(name=sql.Identifier(source.vanishes)))
        old.append(sql.Identifier("kept", source.vanishes))
        new.append(sql.SQL("null::timestamptz"))
    return sql.SQL(_UPDATE).format(
        sets=sql.SQL(", ").join(sets),
        seen=sql.Identifier("excluded", source.seen),
        kept_seen=sql.Identifier("kept", source.seen),
        old=sql.SQL(", ").join(old),
        new=sql.SQL(", ").join(new),
    )


def _list(names: Iterable[str], table: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*filter(None, [table]), name) for name in names)
