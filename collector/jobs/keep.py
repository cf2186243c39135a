"""`collector keep`: stores what `analysis nightly` computed, from standard input."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import closing

from collector.alerts.deliver import KEPT
from collector.core import computed as handed
from collector.jobs.command import Command, Say, clock_of, settings_of
from collector.store import computed, database


def _keep(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    now = clock_of(settings).now()
    lines = handed.read(sys.stdin, now)
    with closing(database.writer(settings.database_dsn)) as connection:
        kept = computed.keep(connection, lines, now - KEPT)
    for kind, many in sorted(kept.given.items()):
        say(f"{kind}: {kept.new[kind]} new of {many}")
    if not kept.given:
        say("nothing was handed over")
    return 0


COMMAND = Command("keep", "store what `analysis nightly` computed, from standard input", _keep)
