"""Storing dark-pool pages as the collector does, against the ways that are usually taken.

The collector: rows, ledger, coverage and missing marks of a page of 500 in one commit; the rivals keep no ledger and
no coverage. execute_values and COPY write into the same table with the same keys; dlt makes its own. --psycopg2 leaves
out the tools that need packages of the bench group.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from _prints import PAGE, Pages, empty, half, make, server
from _ways import HALF, KNOWN, NEW, OURS, PSYCOPG2, TOOLS, Way

# By way, then by case: seconds of each round.
Took = dict[str, dict[str, list[float]]]


def measure(ways: Mapping[str, Way], rows: int, rounds: int) -> Took:
    """All ways in turn, in another order each round."""
    pages, names = make(rows), list(ways)
    took: Took = {name: {case: [] for case in way.cases} for name, way in ways.items()}
    with server() as dsn:
        for number in range(rounds):
            start = number % len(names)
            for name in names[start:] + names[:start]:
                for case, seconds in one_round(dsn, ways[name], pages).items():
                    took[name][case].append(seconds)
    return took


def one_round(dsn: str, way: Way, pages: Pages) -> dict[str, float]:
    """Seconds for new rows, the same again, and pages of which one half is there."""
    empty(dsn)
    took = {case: timed(dsn, way, pages) for case in (NEW, KNOWN) if case in way.cases}
    if HALF in way.cases:
        half(dsn, pages)
        took[HALF] = timed(dsn, way, pages)
    return took


def timed(dsn: str, way: Way, pages: Pages) -> float:
    """Seconds, connecting included; afterwards each print is there once."""
    started = time.perf_counter()
    way.run(dsn, pages)
    seconds = time.perf_counter() - started
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f"select count(*), count(distinct tracking_id) from {way.table}")  # noqa: S608 - ours
        expected = sum(map(len, pages))
        assert cursor.fetchone() == (expected, expected)
    return seconds


def report(took: Took, rows: int, rounds: int) -> str:
    """Medians and ratios as Markdown."""
    lines = [f"{rows:,} rows, pages of {PAGE}, median of {rounds} rounds (lowest to highest)", ""]
    for case in (NEW, KNOWN, HALF):
        lines += [f"| {case} | seconds | rows/s | times the collector's, same round |", "|---|---|---|---|"]
        for name, cases in took.items():
            if case in cases:
                ratios = [theirs / mine for theirs, mine in zip(cases[case], took[OURS][case], strict=True)]
                rate = rows / statistics.median(cases[case])
                lines.append(f"| {name} | {_spread(cases[case])} | {rate:,.0f} | {_spread(ratios)} |")
        lines.append("")
    return "\n".join(lines)


def _spread(numbers: Sequence[float]) -> str:
    return f"{statistics.median(numbers):.2f} ({min(numbers):.2f} to {max(numbers):.2f})"


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=30_000, help="prints to store (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=3, help="how often (default: %(default)s)")
    options.add_argument(
        "--psycopg2", action="store_true", help="only what needs no package of the bench group"
    )
    arguments = options.parse_args()
    ways = PSYCOPG2 if arguments.psycopg2 else {**PSYCOPG2, **TOOLS}
    print(report(measure(ways, arguments.rows, arguments.rounds), arguments.rows, arguments.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
