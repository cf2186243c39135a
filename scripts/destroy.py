"""Delete the droplet and everything around it: what goes, what is lost, the name, and the proof that nothing is left.

Usage: scripts/destroy.py INVENTORY [NAME]; without NAME a person is asked for it.
Exit 0: gone; 1: failed; 2: not confirmed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cloud

GONE, FAILED, NOT_CONFIRMED = 0, 1, 2
ANSWERS_WITHIN_S = 20
NEWEST = "sudo -n sh -c 'ls -1d /var/backups/darkpool/*Z | tail -n 1'"
LOST = """
What is on the droplet is lost with it: the database, and the backups beside it.
Last backup that was read to its end: {backup}
"""
STAYS = """\
What stays: your ssh keys at DigitalOcean, and a bucket of Spaces if you have
one; neither is touched.
"""


def main(inventory: str, confirmed: str = "") -> int:
    """Tell, ask, delete, prove."""
    try:
        told = cloud.droplet(cloud.play(inventory, ["destroy"], "--check"))
        name = told["name"]
        if not told["steps"]:
            print(f"There is nothing of {name} at DigitalOcean.")
            return GONE
        print(
            "\n".join(
                [f"These go, and cannot be brought back ({cloud.dollars(told['monthly']['now'])}):", ""]
            )
        )
        print("\n".join(cloud.shown(told["steps"])))
        print(LOST.format(backup=last_backup(inventory)) + STAYS)
        typed = confirmed or asked(name)
        if typed != name:
            print(f"'{typed}' is not {name}: nothing was touched.", file=sys.stderr)
            return NOT_CONFIRMED
        cloud.play(inventory, ["destroy"], "--extra-vars", cloud.as_json({"droplet_confirm": name}))
        left = cloud.droplet(cloud.play(inventory, ["destroy"], "--check"))["steps"]
    except cloud.Refused as refused:
        print(f"\n{refused}", file=sys.stderr)
        return FAILED
    if left:
        print("\n".join(["Still there; run it again:", *cloud.shown(left)]), file=sys.stderr)
        return FAILED
    print(f"Gone. DigitalOcean was asked again: nothing of {name} is left, so nothing of it costs money.")
    return GONE


def asked(name: str) -> str:
    """Return what a person types; nothing where nobody is."""
    try:
        return input(f"Type {name} to delete them: ").strip()
    except EOFError:
        print(f"\nNobody types here; unattended: make destroy CONFIRM={name}", file=sys.stderr)
        return ""


def last_backup(inventory: str) -> str:
    """Ask the server for its newest backup; a broken server is no reason to keep it."""
    config = Path(inventory) / "ssh_config"
    if not config.exists():
        return "not known (no deploy has reached this droplet)"
    options = ["-F", str(config), "-o", "BatchMode=yes", "-o", f"ConnectTimeout={ANSWERS_WITHIN_S // 2}"]
    try:
        done = subprocess.run(
            ["ssh", *options, "droplet", NEWEST],
            capture_output=True,
            text=True,
            timeout=ANSWERS_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "not known (the server does not answer)"
    if done.returncode:
        return "not known (the server does not answer)"
    newest = done.stdout.strip()
    return f"{newest}; to keep it: scp -r -F {config} droplet:{newest} ." if newest else "there is none"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
