"""Collects dark-pool prints and options flow into PostgreSQL, exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from collector.jobs.command import Command


@dataclass(frozen=True)
class Word:
    """A word of the command line, and the module whose COMMAND it calls: loaded when it is asked for.

    A pass starts every few minutes; it must not load what a person asks for once a week.
    """

    name: str
    help: str
    module: str

    def load(self) -> Command:
        """What it calls."""
        command = import_module(f"collector.jobs.{self.module}").COMMAND
        if not isinstance(command, Command):
            raise TypeError(f"{self.module} has no COMMAND")
        return command


ALL = (
    Word("run", "take one pass over everything that is due", "run"),
    Word(
        "backfill", "fetch old days, newest first; may be stopped and started again at any time", "backfill"
    ),
    Word("stream", "listen to the live stream until it is asked to end (a service)", "stream.service"),
    Word(
        "probe",
        "ask a real key what its plan gives and how the API behaves; stores nothing",
        "probe.questions",
    ),
    Word("try", "prove that this release can collect: one answer, asked for, read and stored", "attempt"),
    Word("migrate", "bring the database to this release", "migration"),
    Word("partitions", "show the months of the tables that grow, and make the next ones", "partitions"),
    Word("retain", "archive and thin what the policy no longer keeps in the database", "retain"),
    Word("status", "show feeds, freshness, coverage, budget, backups, the machine", "status"),
    Word("page", "write the status page, a file for a browser (cron does it)", "page.command"),
    Word("coverage", "show what of the last sessions is collected and what is open", "coverage"),
    Word(
        "completeness",
        "show how much of a session is covered, and proven by the running volume",
        "completeness",
    ),
    Word("quarantine", "rows that could not be read: list, show, replay", "quarantine"),
    Word("raw", "answers as they came: list, show, replay", "raw"),
    Word("drift", "keys that the vendor stopped sending", "drift"),
    Word("alerts", "what is on and was said: list, mute, ack, try, test, deliver", "alerts.command"),
    Word("keep", "store what `analysis nightly` computed, from standard input", "keep"),
    Word("budget", "show the API's limits, what is left of them and what it went to", "budget"),
    Word("market", "say whether the exchanges are open, and for how long", "market"),
    Word("settings", "check the settings and show them without secrets", "configured"),
)
