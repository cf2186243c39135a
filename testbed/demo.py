"""`make demo`: everything that happens to a real droplet, on this machine, in a few minutes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from testbed import bed as beds
from testbed import droplet, engine, progress, session, simulator, world
from testbed.shell import TestbedError, fail, say

if TYPE_CHECKING:
    from collections.abc import Callable

BED = beds.Bed("demo")
# One seed, so that everybody sees the same day; a limit that does not make a visitor wait.
SIMULATOR = ("--seed", "7", "--prints-per-day", "4000", "--requests-per-minute", "6000")
INVENTORY = "inventory/demo"
LOGS = beds.ROOT / ".cache" / "demo"


def main() -> None:
    """Run the steps one after the other; stop at the first that fails, and say how to look."""
    begun = time.monotonic()
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("Start a fresh droplet and the API simulator", _start),
        ("Harden it and set it up (site.yml, over ssh)", _site),
        ("Build and release the collector (release.yml)", _release),
        ("Collect a simulated trading day, pass by pass", _collect),
        ("Show what was collected (collector status)", _status),
        ("Check the server from outside and inside (testinfra)", _infra),
    )
    for number, (title, step) in enumerate(steps, start=1):
        started = time.monotonic()
        print(f"\n[{number}/{len(steps)}] {title}", flush=True)
        try:
            step()
        except TestbedError as problem:
            fail(f"{problem}\n\nWhat runs is left running to look at; `make demo-down` ends it.")
        print(f"      {time.monotonic() - started:.0f} s", flush=True)
    print(SUMMARY.format(seconds=time.monotonic() - begun, config=BED.ssh_config().relative_to(beds.ROOT)))


def _start() -> None:
    engine.ensure()
    beds.network_up(BED)
    simulator.up(BED, SIMULATOR)
    world.enter(BED, dt.time(15, 40))
    droplet.up(BED, fresh=False)
    say(f"in this world it is {world.now(BED):%A %Y-%m-%d %H:%M} in New York")


def _site() -> None:
    progress.play("ansible/playbooks/site.yml", INVENTORY, LOGS / "site.log")


def _release() -> None:
    progress.play("ansible/playbooks/release.yml", INVENTORY, LOGS / "release.log")


def _collect() -> None:
    if session.was_played(BED):
        say("this droplet has had its day; cron goes on collecting every minute")
        return
    for line in session.play(BED):
        say(line)


def _status() -> None:
    print(session.on_droplet(BED, "collector status"))


def _infra() -> None:
    checks = subprocess.run(["scripts/verify.sh", str(BED.ssh_config())], cwd=beds.ROOT, check=False)
    if checks.returncode != 0:
        raise TestbedError("the server is not what it should be; the tests that say so stand above")


SUMMARY = """
Done in {seconds:.0f} s. On this machine now:

  darkpool-demo-droplet    the server: hardened, PostgreSQL, collector, backups
  darkpool-demo-simulator  stands in for the vendor's API

Look inside:

  ssh -F {config} droplet
      a shell as the owner
  ssh -F {config} droplet collector status
      what is collected
  ssh -tF {config} droplet 'cd /; sudo -u collector psql darkpool'
      the data; \\q leaves it

Cron goes on collecting every minute. End it all with: make demo-down
"""

if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. `make demo` goes on from here; `make demo-down` ends it.")
