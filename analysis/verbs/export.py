"""analysis export: what was collected, as files that other programs open with the right types."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.export.columns import dictionary, schema
from analysis.export.table import table
from analysis.load import feed, postgresql, tables
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import NOTHING_COLLECTED, as_symbol, day
from collector.core.errors import Terminal

FOLDER = Path("exports")
WRONG_USAGE = 2


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, write, say where and how much of each symbol."""
    form, out = _place(arguments)
    if not arguments.force:
        tables.refuse_to_replace(out)
    with postgresql.connect(arguments.dsn) as connection:
        described = feed.described(connection, arguments.feed)
        symbols = described.source.symbols(arguments.symbols)
        if not symbols:
            say(f"name a symbol, such as: analysis export {arguments.feed} SPY --since {arguments.since}")
            return WRONG_USAGE
        counts = dict.fromkeys(symbols, 0)
        found = _tables(connection, described, (arguments.since, arguments.until), counts, arguments.archive)
        lines = dictionary(described.columns, described.kinds)
        try:
            rows = tables.write(out, form, schema(described.columns), found, lines)
        except tables.Nothing:
            say(f"nothing of {arguments.feed} was collected for {', '.join(symbols)} from {arguments.since} "
                f"to {arguments.until}; no file was written")  # fmt: skip
            return NOTHING_COLLECTED
    say(f"{out}: {rows:,} rows ({', '.join(f'{symbol} {count:,}' for symbol, count in counts.items())})")
    say(f"{tables.beside(out)}: what its columns mean")
    return 0


def _place(arguments: argparse.Namespace) -> tuple[str, Path]:
    suffix = arguments.out.suffix.lstrip(".") if arguments.out else ""
    form = arguments.format or (suffix if suffix in tables.FORMATS else "parquet")
    name = f"{arguments.feed}-{arguments.since}-{arguments.until}.{form}"
    return form, arguments.out or FOLDER / name


def _tables(
    connection: Connection,
    described: feed.Described,
    span: tuple[date, date],
    counts: dict[str, int],
    folder: str,
) -> Iterator[pa.Table]:
    """A table a symbol and day; what has been given is counted.

    Raises:
        Terminal: a value does not fit into its type.
    """
    for symbol in counts:
        for rows in feed.days(connection, described, symbol, span, folder):
            try:
                made = table(rows, described.columns)
            except ValueError as reason:
                raise Terminal(f"{symbol}: {reason}") from reason
            counts[symbol] += len(rows)
            yield made


VERB = Verb(
    name="export",
    help="what was collected of a feed, as Parquet, CSV or Arrow with a data dictionary beside it",
    call=call,
    arguments=(
        (
            ("feed",),
            {"choices": feed.names(), "metavar": "FEED", "help": f"one of {', '.join(feed.names())}"},
        ),
        (
            ("symbols",),
            {
                "nargs": "*",
                "type": as_symbol,
                "metavar": "SYMBOL",
                "help": "none for feeds of the whole market",
            },
        ),
        (day("--since", "")[0], {**day("--since", "first New York day")[1], "required": True}),
        (day("--until", "")[0], {**day("--until", "last New York day")[1], "required": True}),
        (
            ("--format",),
            {"choices": sorted(tables.FORMATS), "help": "default: what --out ends with, else parquet"},
        ),
        (
            ("--out",),
            {"type": Path, "metavar": "FILE", "help": f"default: {FOLDER}/FEED-SINCE-UNTIL.FORMAT"},
        ),
        (("--force",), {"action": "store_true", "help": "replace files that are there"}),
    ),
)
