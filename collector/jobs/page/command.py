"""`collector page`: writes the status page, also while the database is down. Cron starts it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from collector.core.errors import AnotherRun, SettingsError
from collector.core.settings import Settings
from collector.jobs import host
from collector.jobs.command import Command, Say, clock_of, settings_of
from collector.jobs.environment import release
from collector.jobs.lock import only_one
from collector.jobs.page import facts, whole

FILE = "status.html"


def write(settings: Settings, machine: Path, say: Say) -> int:
    """One page, whole or not at all."""
    folder = Path(settings.state_dir) / "page"
    try:
        folder.mkdir(exist_ok=True)
        with only_one("page", settings.state_dir):
            found = facts.gathered(settings, folder, machine, clock_of(settings).now())
            facts.keep(folder / FILE, whole.page(found, release()))
    except AnotherRun as reason:
        say(f"{reason}: leaving it to that one")
        return 0
    except OSError as reason:
        fix = f"let the user who runs this write to {folder}"
        raise SettingsError([f"{folder} cannot be written ({reason.strerror}): {fix}"]) from None
    say(f"{folder / FILE}: written{', without the database' if found.now.away else ''}")
    return 0


def _page(arguments: Namespace, say: Say) -> int:
    return write(settings_of(arguments), Path(arguments.host), say)


COMMAND = Command("page", "write the status page, a file for a browser (cron does it)", _page, (host.PLACE,))
