"""analysis dashboard: pages to browse, on this machine's loopback, until interrupted."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import webbrowser
from collections.abc import Iterator
from pathlib import Path

from analysis.dashboard.door import Door
from analysis.dashboard.pages import answer
from analysis.draw.markup import tag
from analysis.load.kept import Kept
from analysis.verbs.verb import Say, Verb
from collector.core.clock import Clock
from collector.core.errors import Terminal


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Listen until Ctrl-C.

    Raises:
        DatabaseAway: it cannot be reached, which is better said here than by the first page.
        Terminal: the port is taken.
    """
    kept, clock = Kept(arguments.dsn), Clock()
    kept.ask(lambda _: None)
    # Outermost: Ctrl-C is its end from the moment on at which the address was printed.
    with (
        contextlib.suppress(KeyboardInterrupt),
        _listening(arguments, kept, clock) as door,
        tempfile.TemporaryDirectory(prefix="dashboard-") as folder,
    ):
        say(f"The dashboard is at {door.address}\nLeave this window open; Ctrl-C ends it.")
        if arguments.open:
            webbrowser.open(_way_in(Path(folder), door).as_uri())
        door.serve_forever()
    return 0


@contextlib.contextmanager
def _listening(arguments: argparse.Namespace, kept: Kept, clock: Clock) -> Iterator[Door]:
    try:
        door = Door(
            arguments.listen,
            lambda page, query: answer(kept, page, query, clock.now(), arguments.archive),
        )
    except OSError as reason:
        raise Terminal(
            f"port {arguments.listen} is in use here: is a dashboard open already? --listen 0 takes a free one"
        ) from reason
    try:
        yield door
    finally:
        door.server_close()
        kept.close()


def _way_in(folder: Path, door: Door) -> Path:
    """A file of ours that leads to the address: in a command line others would read its key."""
    file = folder / "open.html"
    file.touch(mode=0o600)
    file.write_text(tag("meta", http_equiv="refresh", content=f"0; url={door.address}"))
    return file


VERB = Verb(
    name="dashboard",
    help="pages to browse symbols, days, levels and strikes, served to this machine alone",
    call=call,
    arguments=(
        (
            ("--listen",),
            {"type": int, "default": 0, "metavar": "PORT", "help": "of loopback (default: a free one)"},
        ),
        (("--open",), {"action": "store_true", "help": "open it in the browser"}),
    ),
)
