"""`collector page`: writes the status page and its numbers for Prometheus, also while the database is down."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from collector.core.errors import AnotherRun, SettingsError
from collector.core.settings import Settings
from collector.jobs import host
from collector.jobs.command import Argument, Command, Say, clock_of, settings_of
from collector.jobs.environment import release
from collector.jobs.lock import only_one
from collector.jobs.page import facts, metrics, whole
from collector.store import disk

FILE = "status.html"
# A folder of its own: node exporter sees nothing else of the collector's. Its group reads, and nobody else.
METRICS, FOLDER_MODE, FILE_MODE = Path("metrics/darkpool.prom"), 0o750, 0o640


def write(settings: Settings, machine: Path, say: Say, *, printed: bool = False) -> int:
    """One page, whole or not at all; `printed`: shown too, instead of where it is."""
    folder = Path(settings.state_dir) / "page"
    try:
        folder.mkdir(exist_ok=True)
        with only_one("page", settings.state_dir):
            found = facts.gathered(settings, folder, machine, clock_of(settings).now())
            text = whole.page(found, release())
            disk.put(folder / FILE, text)
            numbers = Path(settings.state_dir) / METRICS
            numbers.parent.mkdir(exist_ok=True)
            numbers.parent.chmod(FOLDER_MODE)
            disk.put(numbers, metrics.text(found), FILE_MODE)
    except AnotherRun as reason:
        # It is replaced whole: what is there is as new as that other one began.
        say((folder / FILE).read_text(encoding="utf-8") if printed else f"{reason}: leaving it to that one")
        return 0
    except OSError as reason:
        fix = f"let the user who runs this write to {folder}"
        raise SettingsError([f"{folder} cannot be written ({reason.strerror}): {fix}"]) from None
    if printed:
        say(text.rstrip())
    else:
        say(f"{folder / FILE}: written{', without the database' if found.now.away else ''}")
    return 0


def _page(arguments: Namespace, say: Say) -> int:
    return write(settings_of(arguments), Path(arguments.host), say, printed=arguments.print)


PRINT: Argument = (
    ("--print",),
    {"action": "store_true", "help": "show it too: `make status-page` fetches it so"},
)
COMMAND = Command(
    "page", "write the status page, a file for a browser (cron does it)", _page, (host.PLACE, PRINT)
)
