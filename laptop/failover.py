"""Let the standby take the droplet's place: fence the old one, promote the other, collect there."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from laptop import posts
from laptop.posts import FOLLOWER, LEADER, Post, Silent
from laptop.words import Refused, guarded

ROOT = Path(__file__).resolve().parents[1]
NAME = "failover"
FENCED_WITHIN_S = 240
PROMOTED_WITHIN_S = 120
ARRIVES_WITHIN_S = 20
COUNTED = "make rebuild-standby counts the commits that only the old one has,\n      and keeps them."
UNREACHED = """
The droplet does not answer ({why}).
It cannot be stopped from here. If it lives and is only out of reach, it goes on
collecting until it is restarted; then it sees who leads and stays down.
Power it off first where you can: make console. Then: make failover FORCE=1"""


def failover(inventory: Path, confirmed: str, *, force: bool, release: Callable[[], int]) -> int:
    """Check, ask, fence, promote, let the machines change places, collect; say what it took and what it cost.

    Raises:
        Refused: nothing was changed, or the message says how far it came.
    """
    begun = time.monotonic()
    if posts.finish(inventory):
        print("The last failover was stopped after the promotion; this one finishes it.")
        return collect(release, begun)
    posts.refuse_half_described(inventory)
    with tempfile.TemporaryDirectory() as folder:
        old, new = (Post(inventory, name, Path(folder)) for name in (LEADER, FOLLOWER))
        follower = follows(new)
        leader = leads(old, force=force)
        show(leader, follower)
        refuse_to_leave_behind(leader, follower, force=force)
        if (confirmed or asked()) != NAME:
            raise Refused.because("not confirmed: nothing was touched", f"make failover CONFIRM={NAME}")
        begun = time.monotonic()
        fenced = fence(old, leader)
        arrived = arrives(new, fenced)
        promoted = new.ask("promote", within_s=PROMOTED_WITHIN_S)
        posts.change_places(inventory)
    print(f"\nPromoted: the database takes writes again after {time.monotonic() - begun:.1f} s.")
    print(lost(leader, fenced, promoted, arrived=arrived))
    return collect(release, begun)


def collect(release: Callable[[], int], begun: float) -> int:
    """Let the new one collect, and say what is left to do.

    Raises:
        Refused: it does not.
    """
    code = release()
    if code:
        raise Refused.because("it leads, but the collector was not released on it", "make release FORCE=1")
    print(f"\nCollecting again after {time.monotonic() - begun:.1f} s (RTO). `make status` asks the new one.")
    print("Until the old one follows there is no second copy: make rebuild-standby")
    return 0


def follows(post: Post) -> dict[str, Any]:
    """How the standby stands; one that was promoted before an interruption is as good.

    Raises:
        Refused: it cannot take over.
    """
    try:
        state = post.ask("state")
    except Silent as silent:
        raise Refused.because(
            f"the standby does not answer ({silent}): nothing was touched", "make rebuild-standby"
        ) from None
    if not state["runs"]:
        raise Refused.because(
            "the standby's database does not run: nothing was touched", "docs/runbooks/failover.md"
        )
    return state


def leads(post: Post, *, force: bool) -> dict[str, Any] | None:
    """How the old one stands; None where it is out of reach, and that is accepted.

    Raises:
        Refused: it is out of reach, and nobody insists.
    """
    try:
        return post.ask("state")
    except Silent as silent:
        if force:
            return None
        raise Refused(
            UNREACHED.format(why=str(silent).splitlines()[-1] if str(silent) else "silence")
        ) from None


def refuse_to_leave_behind(leader: dict[str, Any] | None, follower: dict[str, Any], *, force: bool) -> None:
    """A leader that lives and sends nothing has what the standby will never get.

    Raises:
        Refused: so it is, and nobody insists.
    """
    if leader and leader["runs"] and follower["follows"] and not leader["feeds"] and not force:
        raise Refused.because(
            "the droplet's database runs and does not feed the standby: what the standby\n"
            "has not would stay behind. Nothing was touched",
            "make rebuild-standby first; or make failover FORCE=1, which keeps it on the old one's disk",
        )


def show(leader: dict[str, Any] | None, follower: dict[str, Any]) -> None:
    """What is known before anything is done."""
    if leader is None:
        print("droplet:          out of reach; it is not fenced")
    elif not leader["runs"]:
        print(f"droplet:          its database does not run{', it is fenced' if leader['fenced'] else ''}")
    else:
        feeds = "feeds" if leader["feeds"] else "does NOT feed"
        print(f"droplet:          leads, at {leader['lsn']}; {feeds} the standby")
    doing = "receives" if follower["receives"] else "does not receive"
    print(
        f"droplet-standby:  {'follows' if follower['follows'] else 'LEADS already'}, at {follower['lsn']}; {doing}"
    )
    print(f"                  last commit that it has: {follower['last_commit_at'] or 'none yet'}")
    if leader and leader["runs"] and follower["follows"]:
        behind = posts.bytes_of(leader["lsn"]) - posts.bytes_of(follower["lsn"])
        print(f"lag:              {max(behind, 0)} bytes")


def asked() -> str:
    """What a person types; nothing where nobody is."""
    try:
        return input(f"\nType {NAME} to go on: ").strip()
    except EOFError:
        return ""


def fence(post: Post, leader: dict[str, Any] | None) -> dict[str, Any] | None:
    """Stop the old one for good, where it can be reached.

    Raises:
        Refused: it answered before and cannot be stopped.
    """
    if leader is None:
        return None
    try:
        fenced = post.ask("fence --why failover", within_s=FENCED_WITHIN_S)
    except Silent as silent:
        raise Refused.because(
            f"the droplet went away while it was being fenced ({silent})", "make failover, once more"
        ) from None
    print("\nFenced: the old database is down and stays down; nothing is collected there.")
    return fenced


def arrives(post: Post, fenced: dict[str, Any] | None) -> bool:
    """Say whether all that the old one wrote before it ended has come over."""
    if not fenced or not fenced["ended_well"]:
        return False
    end, last = time.monotonic() + ARRIVES_WITHIN_S, posts.bytes_of(fenced["checkpoint"])
    while time.monotonic() < end:
        if posts.bytes_of(post.ask("state")["lsn"]) > last:
            return True
        time.sleep(0.5)
    return False


def lost(
    leader: dict[str, Any] | None, fenced: dict[str, Any] | None, promoted: dict[str, Any], *, arrived: bool
) -> str:
    """What the change cost, as far as it can be known now."""
    if arrived:
        return "Lost: nothing; all that the old one wrote is here."
    ends, last = promoted["fork"] or promoted["lsn"], str(promoted["last_commit_at"])[:19]
    until = f"what is here ends at {ends}, last commit {last}"
    if leader and leader["runs"] and fenced:
        gap = posts.bytes_of(fenced["checkpoint"]) - posts.bytes_of(promoted["lsn"])
        return f"Lost: at most {max(gap, 0)} bytes of log;\n      {until}.\n      {COUNTED}"
    return (
        f"Lost: what the old one acknowledged and had not sent;\n      {until}.\n"
        "      Nothing, if commits waited for it (standby_synchronous_enabled).\n"
        f"      {COUNTED}"
    )


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make failover", description=__doc__)
    parser.add_argument("inventory", type=Path, help="as inventory/production")
    parser.add_argument("confirmed", nargs="?", default="", help=f"{NAME}, where nobody types")
    parser.add_argument("--force", action="store_true", help="also where the old one cannot be fenced")
    given = parser.parse_args()
    # Whatever may be wrong with the vendor just now, somebody must collect.
    names = ("market_hours_force", "release_voided_enabled", "release_unproven_enabled")
    insist = ["-e", json.dumps(dict.fromkeys(names, True))]
    words = ["ansible-playbook", "-i", str(given.inventory), *insist, "ansible/playbooks/release.yml"]

    def release() -> int:
        print("\nReleasing the collector there:", flush=True)
        return subprocess.run(words, cwd=ROOT, check=False).returncode

    return guarded(lambda: failover(given.inventory, given.confirmed, force=given.force, release=release))


if __name__ == "__main__":
    sys.exit(main())
