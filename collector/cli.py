"""Words on the command line become calls."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from typing import Any

from collector.core.errors import BadKey, CollectorError, DatabaseAway, NotInPlan, SettingsError
from collector.jobs import commands
from collector.jobs.command import Command
from collector.jobs.environment import release

EXIT_CODES = """\
exit codes:
  0  done, or nothing was due, or another run is at work
  1  some feed failed; it will be asked again at the next pass
  2  wrong usage or settings
  3  the database cannot be reached
  4  the API refuses the key
  5  the API plan does not include it
"""


class _Help(argparse.RawDescriptionHelpFormatter):
    """argparse forgets that commands are indented, and would break the line after a long one."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self._action_max_length = 18


_LOOK: dict[str, Any] = {"epilog": EXIT_CODES, "formatter_class": _Help}


def parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """All words and their help; what follows a word is loaded for the one that is asked for."""
    top = argparse.ArgumentParser(prog="collector", description=commands.__doc__, **_LOOK)
    top.add_argument("--version", action="version", version=f"collector {release()}")
    words = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for word in commands.ALL:
        parser_of_word = words.add_parser(word.name, help=word.help, description=word.help, **_LOOK)
        if word.name in argv[:1]:
            _fill(parser_of_word, word.load())
    return top


def _fill(parser_of_word: argparse.ArgumentParser, command: Command) -> None:
    if command.words:
        words = parser_of_word.add_subparsers(title="commands", metavar="COMMAND", required=True)
        for inner in command.words:
            _fill(words.add_parser(inner.name, help=inner.help, description=inner.help, **_LOOK), inner)
        return
    parser_of_word.add_argument(
        "--env-file",
        action="append",
        default=[],
        metavar="PATH",
        help="read settings from PATH; may be repeated, later ones win "
        "(default: /etc/collector/collector.env and secrets.env)",
    )
    for flags, options in command.arguments:
        parser_of_word.add_argument(*flags, **options)
    parser_of_word.set_defaults(call=command.call)


def main(argv: Sequence[str] | None = None) -> int:
    """Calls what was asked for; the exit code says how it went."""
    given = sys.argv[1:] if argv is None else argv
    arguments = parser(given).parse_args(given)
    # What is loaded stays: only what comes from here on may be garbage.
    gc.freeze()
    gc.enable()
    try:
        return int(arguments.call(arguments, _say))
    except SettingsError as wrong:
        for problem in wrong.problems:
            _complain(problem)
        return 2
    except DatabaseAway as reason:
        _complain(f"the database cannot be reached: {reason}")
        return 3
    except BadKey as reason:
        _complain(str(reason))
        return 4
    except NotInPlan as reason:
        _complain(str(reason))
        return 5
    except CollectorError as reason:
        _complain(str(reason))
        return 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _complain(line: str) -> None:
    sys.stderr.write(f"collector: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
