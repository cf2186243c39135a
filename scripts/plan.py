"""What make droplet and make deploy would change, and what a month costs now and then. Changes nothing.

Usage: scripts/plan.py INVENTORY. Exit 0: told, whatever there is to change; 1: something could not be asked.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cloud
import drift
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOLD, FAILED = 0, 1
# Read from the file itself: an inventory may name a server that was rented by hand.
ADDRESS = re.compile(r"^\s*ansible_host:\s*(?!<)\S+", re.MULTILINE)


def main(inventory: str) -> int:
    """Ask both, print what they say."""
    answers = [
        part(title, lines, inventory) for title, lines in (("DigitalOcean", rented), ("Server", server))
    ]
    print("\nNothing was changed." + (" Next: make deploy" if all(answers) else ""))
    return TOLD if all(answers) else FAILED


def part(title: str, lines: Callable[[str], Iterator[str]], inventory: str) -> bool:
    """Print one half; say whether it could be asked."""
    print(f"\n{title}\n")
    try:
        for line in lines(inventory):
            print(f"  {drift.covered(line)}")
    except cloud.Refused as refused:
        print(f"  not asked: {refused}")
        return False
    return True


def rented(inventory: str) -> Iterator[str]:
    """Yield what make droplet would do, and the money."""
    found = cloud.droplet(cloud.play(inventory, ["droplet"], "--check"))
    yield from (f"{step['deed']:<7} {step['kind']:<17} {step['name']}" for step in found["steps"])
    if not found["steps"]:
        yield f"nothing: all of {found['name']} is there"
    yield from found.get("warnings") or []
    monthly = found["monthly"]
    yield f"{cloud.dollars(monthly['now'])} now, {cloud.dollars(monthly['after'])} after"


def server(inventory: str) -> Iterator[str]:
    """Yield what make deploy would change on the server, and what restarts."""
    if not has_address(inventory):
        yield "not there yet: make droplet, then make deploy sets up all of it"
        return
    yield "asking it, which takes about a minute ..."
    results = cloud.play(inventory, ["site", "release"], "--check", "--diff")
    changed = [(name, one) for name, one in results if one.get("changed") and not one.get("skipped")]
    # A handler is named only if something notified it, also one that check mode passes over.
    restarts = {name.split(" : ")[-1]: None for name, _ in results if name.split(" : ")[-1] in handlers()}
    for name, one in changed:
        if name.split(" : ")[-1] not in restarts:
            yield f"change  {next(iter(drift.paths(one)), '') or drift.subject(one)} ({name})"
            yield from (f"    {line}" for line in drift.difference(one))
    yield from (f"then    {name}" for name in restarts)
    if not changed:
        yield "nothing: the server is what the inventory says"


def handlers() -> set[str]:
    """Return the names of everything that roles do when something has changed."""
    files = (cloud.ROOT / "roles").glob("*/handlers/main.yml")
    return {handler["name"] for file in files for handler in yaml.safe_load(file.read_text()) or []}


def has_address(inventory: str) -> bool:
    """Say whether the inventory knows where the server is."""
    files = [Path(inventory) / "hosts.yml", *Path(inventory).glob("host_vars/*/*.yml")]
    return any(ADDRESS.search(file.read_text()) for file in files if file.exists())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
