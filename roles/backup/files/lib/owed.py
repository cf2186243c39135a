"""What the collector was told is committed, as it noted outside the database: a restore must have at least that.

Integrity is not completeness: a disk that lies about flushes, or a backup from before, passes every checksum.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import datetime, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

# Where a loss was accepted, all that was acknowledged until then is no longer owed.
BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
DAYS, RESTORES = "[0-9]*.jsonl", "restores.jsonl"

# The collector's own books lie in the same transaction as the rows, so they say of which feed and session they are.
BOOKS = """
select coalesce(json_agg(json_build_array(feed, symbol, session_date, stored)), '[]') from (
    select feed, symbol, session_date, sum(stored) as stored from ops.ledger group by 1, 2, 3) as books
"""
# Rows are never deleted, so a table has at least what the books say of its feeds; some are in files by now.
ROWS = "select count(*) from {}"
ARCHIVES = "select count(to_regclass('ops.archives'))"
IN_FILES = """
select coalesce(json_object_agg(name, rows), '{}') from (
    select 'trading.' || table_name as name, sum(rows) as rows
    from ops.archives where released_at is not null group by 1) as gone
"""
MOST_NAMED = 5


def read(folder: Path) -> list[dict[str, object]]:
    """Every line of every day that is still owed: not what a restore to an earlier moment gave up."""
    lines = [line for file in sorted(folder.glob(DAYS)) for line in whole(file)]
    given_up = [(moment(one, "to"), moment(one, "at")) for one in whole(folder / RESTORES)]
    return [line for line in lines if not any(to < moment(line, "at") <= until for to, until in given_up)]


def whole(file: Path) -> list[dict[str, object]]:
    """The lines of a file; half a line of a power cut is none, as nothing after it was acknowledged."""
    text = file.read_text() if file.exists() else ""
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


def moment(line: dict[str, object], name: str) -> datetime:
    """A time in a line."""
    return datetime.fromisoformat(str(line[name]))


def give_up(folder: Path, to: datetime, at: datetime) -> None:
    """Note that the database stands where it stood at `to`: what was acknowledged since is no longer owed."""
    if not folder.exists():
        return
    file = folder / RESTORES
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"at": at.isoformat(), "to": to.isoformat()}) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, folder.stat().st_uid, folder.stat().st_gid)


def until(lines: Iterable[dict[str, object]], then: datetime) -> list[dict[str, object]]:
    """What had been acknowledged by then."""
    return [line for line in lines if moment(line, "at") <= then]


def lost(lines: Sequence[dict[str, object]], ask: Callable[[str], str]) -> list[str]:
    """What was acknowledged and is not there, a line for each feed, symbol and session; none if all is there."""
    booked = {(feed, symbol, day): stored for feed, symbol, day, stored in json.loads(ask(BOOKS))}
    owed: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        owed[str(line["feed"]), str(line["symbol"]), str(line["session"])] += int(str(line["stored"]))
    found = [
        f"{feed} {symbol} {day}: {stored} rows were acknowledged, {booked.get((feed, symbol, day), 0)} are booked"
        for (feed, symbol, day), stored in sorted(owed.items())
        if booked.get((feed, symbol, day), 0) < stored
    ]
    in_files = json.loads(ask(IN_FILES)) if int(ask(ARCHIVES)) else {}
    feeds = {(str(line["table"]), str(line["feed"])) for line in lines}
    for table in sorted({name for name, _ in feeds}):
        most = sum(stored for (feed, _, _), stored in booked.items() if (table, feed) in feeds)
        there = int(ask(ROWS.format(quoted(table)))) + in_files.get(table, 0)
        if there < most:
            found.append(f"{table}: {most} rows are booked, {there} are there")
    return found


def quoted(table: str) -> str:
    """A table's name as SQL takes it."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in table.split(".", 1))


def brief(found: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = f"; and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return "; ".join(found[:MOST_NAMED]) + more
