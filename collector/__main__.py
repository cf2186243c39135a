"""python -m collector is collector."""

import gc
import sys

# Loading makes thousands of objects that stay: looking for garbage among them is a tenth of an idle pass.
gc.disable()

from collector.cli import main  # noqa: E402 - after the line above on purpose


def start() -> int:
    """The program; cli.main looks for garbage again once everything is loaded."""
    return main()


if __name__ == "__main__":
    sys.exit(start())
