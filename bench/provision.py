"""What a whole server costs beside the bare installation of its packages, and a second run that changes nothing.

The same fresh container three times, the same packages in its cache, one after the other: first asked what site.yml
would install, then `apt-get install` of exactly that, then site.yml, then site.yml again. Wall-clock seconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from testbed import bed as beds  # noqa: E402 - found by the line above
from testbed import droplet, engine, images  # noqa: E402 - same

MOST_COLD, MOST_UNCHANGED = 2.5, 0.2
APT = "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install"


def site(bed: beds.Bed, *options: str) -> tuple[float, dict[str, Any]]:
    """Seconds of one run of site.yml and what Ansible said, as JSON."""
    (bed.folder / "clock_offset_s").write_text("0\n")
    environment = {
        **os.environ,  # noqa: TID251 - Ansible needs its environment
        "TESTBED_FOLDER": str(bed.folder),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
    }
    command = ["ansible-playbook", "-i", "inventory/demo", "ansible/playbooks/site.yml", *options]
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begun
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return seconds, said


def bare(bed: beds.Bed, packages: list[str], *options: str) -> float:
    """Seconds of the installation of these packages and nothing else."""
    begun = time.monotonic()
    bed.execute("droplet", "sh", "-c", f"{APT} {' '.join([*options, *packages])}", timeout_s=900)
    return time.monotonic() - begun


def tasks(said: dict[str, Any]) -> list[tuple[float, str]]:
    """Seconds and name of each task that was begun."""
    every = [task["task"] for play in said["plays"] for task in play["tasks"]]
    return [(_seconds(one["duration"]), one["name"]) for one in every if "end" in one["duration"]]


def _seconds(duration: dict[str, str]) -> float:
    begin, end = (dt.datetime.fromisoformat(duration[word]) for word in ("start", "end"))
    return (end - begin).total_seconds()


def packages_of(said: dict[str, Any]) -> list[str]:
    """Return what the play's apt task asks for."""
    results = [
        result for play in said["plays"] for task in play["tasks"] for result in task["hosts"].values()
    ]
    names: list[str] = next(
        one["invocation"]["module_args"]["name"]
        for one in results
        if one.get("action") == "ansible.builtin.apt"
    )
    return names


def one_round(bed: beds.Bed, packages: list[str]) -> tuple[float, float, float, dict[str, Any]]:
    """Measure the rival, the cold run and the second run."""
    droplet.up(bed, fresh=True)
    rival = bare(bed, packages)
    droplet.up(bed, fresh=True)
    cold, said = site(bed)
    unchanged, again = site(bed)
    assert again["stats"]["droplet"]["changed"] == 0, "the second run changed something"
    return rival, cold, unchanged, said


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=1, help="how often (default: %(default)s)")
    options.add_argument("--system", default="debian-12", choices=images.SYSTEMS)
    arguments = options.parse_args()
    engine.ensure()
    bed = beds.Bed("bench", arguments.system)
    beds.network_up(bed)
    try:
        droplet.up(bed, fresh=True)
        packages = packages_of(site(bed, "--check")[1])
        bare(bed, packages, "--download-only")
        rounds = [one_round(bed, packages) for _ in range(arguments.rounds)]
    finally:
        beds.down(bed)
    return report(rounds, arguments.system)


def report(rounds: list[tuple[float, float, float, dict[str, Any]]], system: str) -> int:
    """Print the table, the slowest tasks and how many there are; 1 if a limit is missed."""
    rival, cold, unchanged = (statistics.median(one[number] for one in rounds) for number in range(3))
    spent = tasks(rounds[-1][3])
    print(f"\n{system}, median of {len(rounds)} round(s), wall-clock seconds\n")
    print("| run | s | times apt-get | times the cold run |\n|---|---|---|---|")
    print(f"| apt-get install of the same packages | {rival:.1f} | 1.00 | |")
    print(f"| site.yml, fresh server | {cold:.1f} | {cold / rival:.2f} (at most {MOST_COLD}) | 1.00 |")
    share = unchanged / cold
    limits = f"{unchanged / rival:.2f} | {share:.2f} (at most {MOST_UNCHANGED})"
    print(f"| site.yml again, changed=0 | {unchanged:.1f} | {limits} |")
    print(f"\n{len(spent)} tasks; the ten slowest of the fresh server:\n")
    for seconds, name in sorted(spent, reverse=True)[:10]:
        print(f"  {seconds:5.1f} s  {name}")
    return 0 if cold / rival <= MOST_COLD and share <= MOST_UNCHANGED else 1


if __name__ == "__main__":
    sys.exit(main())
