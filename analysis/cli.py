"""Words on the command line become calls."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from analysis import verbs
from analysis.load.archive import FOLDER
from collector.core.errors import CollectorError, DatabaseAway

DSN_VARIABLE = "ANALYSIS_DSN"
ARCHIVE_VARIABLE = "ANALYSIS_ARCHIVE"
# Where the tunnel of the README ends.
DEFAULT_DSN = "host=127.0.0.1 port=5433 dbname=darkpool user=analyst"
EPILOG = f"""\
environment:
  {DSN_VARIABLE}  where the database is, when --dsn is not given
                (default: {DEFAULT_DSN})
  {ARCHIVE_VARIABLE}
                where archived months are, when --archive is not given
                (default: {FOLDER}, as on the server)

exit codes:
  0  answered
  1  nothing was collected that could answer it, an audit does not agree,
     or the question was refused
  2  wrong usage
  3  the database cannot be reached
"""
_LOOK: dict[str, Any] = {"epilog": EPILOG, "formatter_class": argparse.RawDescriptionHelpFormatter}


def parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    """Every registered verb, each with --dsn and --help."""
    top = argparse.ArgumentParser(prog="analysis", description=verbs.__doc__, **_LOOK)
    top.add_argument("--version", action="version", version=f"analysis {version('darkpool')}")
    words = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for verb in verbs.ALL:
        word = words.add_parser(verb.name, help=verb.help, description=verb.help, **_LOOK)
        word.add_argument(
            "--dsn",
            default=environment.get(DSN_VARIABLE, DEFAULT_DSN),
            help="connection string of the database",
        )
        word.add_argument(
            "--archive",
            default=environment.get(ARCHIVE_VARIABLE, FOLDER),
            metavar="FOLDER",
            help="where the months are that left the database",
        )
        for flags, options in verb.arguments:
            word.add_argument(*flags, **options)
        word.set_defaults(call=verb.call)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Answer one question; the exit code says how it went."""
    arguments = parser(os.environ).parse_args(argv)  # noqa: TID251 - the one door to the environment here
    try:
        return int(arguments.call(arguments, _say))
    except DatabaseAway as reason:
        _complain(f"the database cannot be reached: {reason}; give --dsn or {DSN_VARIABLE}")
        return 3
    except CollectorError as reason:
        _complain(str(reason))
        return 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _complain(line: str) -> None:
    sys.stderr.write(f"analysis: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
