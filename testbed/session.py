"""Play a simulated trading day: move the clock from moment to moment and let the collector take a pass at each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from testbed import world
from testbed.shell import TestbedError, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testbed.bed import Bed

# Before the open, after it, through the day, around the close, and when the last late print is in.
MOMENTS = (
    dt.time(9, 25), dt.time(9, 35), dt.time(10, 30), dt.time(12, 0), dt.time(14, 0), dt.time(15, 35),
)  # fmt: skip
# The machine's schedule would take passes at another time than the one that is played.
STREAM = "$(systemctl list-unit-files --no-legend collector-stream.service | cut -d' ' -f1)"
PAUSE = f"systemctl stop cron.service collector.service {STREAM}"
RESUME = f"systemctl start cron.service {STREAM}"


def play(bed: Bed, moments: tuple[dt.time, ...] = MOMENTS) -> Iterator[str]:
    """Take one pass at each moment, then one at the bed's own time; yield a line about each.

    Raises:
        TestbedError: a pass failed; the message carries what the collector said.
    """
    on_droplet(bed, f"sudo {PAUSE}")
    try:
        for moment in moments:
            yield _pass(bed, world.offset_at(bed, moment))
        yield _pass(bed, world.offset_s(bed))
        _marker(bed).touch()
    finally:
        world.move(bed, world.offset_s(bed))
        on_droplet(bed, f"sudo {RESUME}")


def was_played(bed: Bed) -> bool:
    """Say whether this droplet has had its day; an earlier moment cannot come again."""
    return _marker(bed).exists()


def on_droplet(bed: Bed, command: str, timeout_s: float = 300) -> str:
    """Run a command on the droplet over ssh, as its owner would."""
    return run("ssh", "-F", bed.ssh_config(), "droplet", command, timeout_s=timeout_s)


def _pass(bed: Bed, offset: int) -> str:
    world.move(bed, offset)
    command = f"sudo -u collector env COLLECTOR_CLOCK_OFFSET_S={offset} /usr/local/bin/collector run"
    said = on_droplet(bed, command).splitlines()
    if not said:
        raise TestbedError("a pass of the collector said nothing")
    return f"{_clock(offset)}  {said[-1]}"


def _clock(offset: int) -> str:
    moment = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=offset)
    return moment.astimezone(world.NEW_YORK).strftime("%a %H:%M")


def _marker(bed: Bed) -> Path:
    """Belongs to one container: a new droplet has not collected anything."""
    return bed.folder / f"played-{run('docker', 'inspect', '-f', '{{.Id}}', bed.container('droplet'))[:12]}"
