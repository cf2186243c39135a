"""What can be restored, as lines to read."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from laptop.server import Server

PHYSICAL, LOGICAL = "sudo darkpool-pgbackrest", "sudo darkpool-backup"
# What starts physical backups is there where they are wanted (root's to see); the program stays when they are off.
IS_ON = "sudo test -e /etc/cron.d/darkpool-pgbackrest && echo on || echo off"
OFF = (
    "Physical backups are switched off (pgbackrest_enabled: false): there are only\n"
    "the nightly dumps, and what came after the newest of them is in none.\n"
)
PLACES = {1: "on the server", 2: "off-site"}


def physical_is_on(server: Server) -> bool:
    """Whether the server makes physical backups."""
    return server.ask(IS_ON) == "on"


def listed(server: Server) -> list[str]:
    """One line a backup: what, where, how old, when it was last proven."""
    lines = physical(server) if physical_is_on(server) else [OFF.rstrip()]
    # None at all is an error there; here it is what one wants to read.
    return [
        *lines,
        "",
        "dumps on the server (FROM= takes their names too):",
        server.ask(f"{LOGICAL} list 2>&1 || true"),
    ]


def physical(server: Server) -> list[str]:
    """Those of pgBackRest, and the last drill."""
    said = json.loads(server.ask(f"{PHYSICAL} list --json"))
    now = datetime.now(timezone.utc)
    lines = [f"{'name':<34} {'where':<14} {'kind':<5} {'MiB':>7} {'age':>8}  last proven (UTC)"]
    lines += [line(one, now) for one in said["backups"]]
    if said["drills"]:
        last = said["drills"][-1]
        found = f"restored in {last['seconds']} s, {last['loss_s']} s lost" if last["ok"] else last["problem"]
        lines += ["", f"last drill {last['at'][:16].replace('T', ' ')} UTC: {found}"]
    return lines


def line(one: dict[str, Any], now: datetime) -> str:
    """One of them."""
    hours = (now - datetime.fromisoformat(one["taken_at"])).total_seconds() / 3600
    where = PLACES.get(one["repository"], f"repository {one['repository']}")
    proven = (one["verified_at"] or "not yet")[:16].replace("T", " ")
    size = one["bytes"] / (1 << 20)
    return f"{one['name']:<34} {where:<14} {one['kind']:<5} {size:>7.1f} {hours:>6.1f} h  {proven}"
