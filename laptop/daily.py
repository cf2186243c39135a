"""Every day: look at the server and its data from the laptop."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from laptop import page
from laptop.server import Server
from laptop.tunnel import Tunnel
from laptop.words import Refused, guarded

WORDS = (
    "ssh",
    "status",
    "status-page",
    "alert-test",
    "logs",
    "tunnel",
    "psql",
    "notebook",
    "report",
    "dashboard",
)


def through(tunnel: Tunnel, *command: str) -> int:
    """Run a program that finds the database by name; its exit code is ours."""
    with tunnel.for_a_while():
        return subprocess.run(command, env=tunnel.environment(), check=False).returncode


def psql(tunnel: Tunnel) -> int:
    """PostgreSQL's own client."""
    if not shutil.which("psql"):
        raise Refused.because(
            "psql is not installed here",
            "apt-get install postgresql-client, or brew install libpq; or make notebook",
        )
    return through(tunnel, "psql")


def report(tunnel: Tunnel, symbol: str, day: str) -> int:
    """A page about a symbol and a day; without a day the newest."""
    if not symbol:
        raise Refused.because("no symbol was named", "make report SYMBOL=SPY")
    words = ["--date", day] if day else []
    return through(tunnel, sys.executable, "-m", "analysis", "report", symbol, *words)


def dashboard(tunnel: Tunnel) -> int:
    """Pages to browse, until interrupted."""
    there = ["--open"] if sys.stdout.isatty() and page.has_screen() else []
    return through(tunnel, sys.executable, "-m", "analysis", "dashboard", *there)


def do(given: argparse.Namespace) -> int:
    """One of the words below."""
    server = Server(given.inventory)
    if given.what == "ssh":
        server.become(terminal=sys.stdin.isatty())
    if given.what == "status":
        server.become("collector", "status")
    if given.what == "status-page":
        return page.show(server)
    if given.what == "alert-test":
        server.become("collector", "alerts", "try")
    if given.what == "logs":
        server.logs(given.feed, follow=sys.stdout.isatty())
    tunnel = Tunnel(server, given.port)
    if given.what == "psql":
        return psql(tunnel)
    if given.what == "notebook":
        # It listens on loopback with a token; who is root here knows that.
        root = ["--allow-root"] if os.geteuid() == 0 else []
        return through(tunnel, sys.executable, "-m", "jupyterlab", *root, "notebooks")
    if given.what == "report":
        return report(tunnel, given.symbol, given.date)
    if given.what == "dashboard":
        return dashboard(tunnel)
    tunnel.hold()
    return 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m laptop.daily", description=__doc__)
    parser.add_argument("inventory", type=Path, help="as inventory/production")
    parser.add_argument("what", choices=WORDS, metavar="WHAT", help=", ".join(WORDS))
    parser.add_argument(
        "--port", type=int, default=5433, help="of this machine, for the tunnel (default: 5433)"
    )
    parser.add_argument("--feed", default="", help="only the log's lines of this feed")
    parser.add_argument("--symbol", default="", help="of the report")
    parser.add_argument("--date", default="", help="of the report: a New York day (default: the newest)")
    given = parser.parse_args()
    return guarded(lambda: do(given))


if __name__ == "__main__":
    sys.exit(main())
