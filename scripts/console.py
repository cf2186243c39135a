"""The way in where ssh is none: the provider's console for this droplet, what to type there, and its power switch.

Usage: scripts/console.py INVENTORY [NAME]; with NAME, or when a person types it, the droplet is switched off and on.
Exit 0: told or done; 1: DigitalOcean refused, or has no such droplet; 2: not confirmed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "roles/droplet/module_utils"))
import cloud  # noqa: E402 -- beside what is found there
from checks.laptop import ASKED  # noqa: E402 -- same
from checks.said import is_open  # noqa: E402 -- same
from darkpool_do.api import Api  # noqa: E402 -- it belongs to the role, and is found there
from darkpool_do.machine_facts import public_address  # noqa: E402 -- same
from darkpool_do.problems import Problem  # noqa: E402 -- same

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE, FAILED, NOT_CONFIRMED = 0, 1, 2
PAGE = "https://cloud.digitalocean.com/droplets"
NEEDED = {name: ASKED[name] for name in ("token", "url", "name", "address")}
WAYS = """\

In the browser: {page}
  Access, Launch Recovery Console: its screen and keyboard; works without ssh.
  It asks for a password, and root has none. Access, Reset Root Password mails
  you one and restarts the droplet; ssh goes on refusing root, and the next
  make deploy takes the password away again.
  Where that fails (full disk, broken boot): Recovery, Boot from Recovery ISO,
  switch it off and on; its menu mounts the disk.
  Details: docs/runbooks/locked-out.md, step 5.

There, as root:
  darkpool-guard status             is a change of the ways in still on trial?
  darkpool-guard revert             put it back now, not in two minutes
  fail2ban-client unban ADDRESS     your own, if it is banned
  sshd -t; systemctl restart ssh    which line sshd minds; start it anew
  ufw disable                       no firewall until the next make deploy
  df -h                             full? docs/runbooks/disk-full.md
"""
SWITCH = """\
Its power switch: {what}.
What the guard has armed is put back at the boot; the collector goes on where
it ended.
"""


def main(inventory: str, confirmed: str = "") -> int:
    """Tell the way; switch it off and on where somebody says so."""
    try:
        facts = cloud.asked_of(
            inventory, "{{ {" + ", ".join(f"'{k}': {v}" for k, v in NEEDED.items()) + "} }}"
        )
        if is_open(facts["token"]) or not facts["token"]:
            return by_hand(facts)
        api = Api(facts["token"], facts["url"])
        found = api.pages("droplets", "droplets", api.client.droplets.list, tag_name=facts["name"])
        if len(found) != 1:
            print(f"{len(found)} droplets are called {facts['name']}; all of yours:\n{PAGE}", file=sys.stderr)
            return FAILED
        return show(api, found[0], facts["name"], confirmed)
    except (cloud.Refused, Problem) as refused:
        print(f"\n{refused}\nThe console is there without it: {PAGE}", file=sys.stderr)
        return FAILED


def by_hand(facts: Mapping[str, str]) -> int:
    """Tell the way to a droplet that was not rented from here."""
    where = f", the one at {facts['address']}" if facts["address"] and not is_open(facts["address"]) else ""
    print("There is no token in vault.yml, so DigitalOcean was not asked.")
    print(WAYS.format(page=f"{PAGE}{where}"), end="")
    return DONE


def show(api: Api, droplet: Mapping[str, Any], name: str, confirmed: str) -> int:
    """Tell what DigitalOcean knows of it, the way, and offer the switch."""
    off = droplet["status"] == "off"
    number, address = droplet["id"], public_address(dict(droplet)) or "no address yet"
    print(f"{name}: droplet {number}, {address}, {'switched off' if off else droplet['status']}")
    print(WAYS.format(page=f"{PAGE}/{number}"))
    deed, what = (
        ("power_on", "on") if off else ("power_cycle", "off and on again, as if the plug were pulled")
    )
    print(SWITCH.format(what=what))
    typed = confirmed or asked(name)
    if not typed:
        return DONE
    if typed != name:
        print(f"'{typed}' is not {name}: nothing was touched.", file=sys.stderr)
        return NOT_CONFIRMED
    api.write(f"switching droplet {name}", api.client.droplet_actions.post, number, {"type": deed})
    print("DigitalOcean does it now. In two minutes: make doctor")
    return DONE


def asked(name: str) -> str:
    """Return what a person types; nothing where nobody is."""
    if not sys.stdin.isatty():
        print(f"Nobody types here; unattended: make console CONFIRM={name}")
        return ""
    try:
        return input(f"Type {name} to do it, or Enter to leave it: ").strip()
    except EOFError:
        return ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
