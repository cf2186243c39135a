"""Backups from the laptop: make one, see what there is, prove one, bring one back."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from laptop.server import Server
from laptop.words import Refused, guarded

ROOT = Path(__file__).resolve().parents[1]
PHYSICAL, LOGICAL = "sudo darkpool-pgbackrest", "sudo darkpool-backup"
PLACES = {1: "on the server", 2: "off-site"}
CONFIRM = "restore"


def listed(server: Server) -> list[str]:
    """One line a backup: what, where, how old, when it was last proven."""
    said = json.loads(server.ask(f"{PHYSICAL} list --json"))
    now = datetime.now(timezone.utc)
    lines = [f"{'name':<34} {'where':<14} {'kind':<5} {'MiB':>7} {'age':>8}  last proven (UTC)"]
    for one in said["backups"]:
        hours = (now - datetime.fromisoformat(one["taken_at"])).total_seconds() / 3600
        where = PLACES.get(one["repository"], f"repository {one['repository']}")
        proven = (one["verified_at"] or "not yet")[:16].replace("T", " ")
        size = one["bytes"] / (1 << 20)
        lines.append(f"{one['name']:<34} {where:<14} {one['kind']:<5} {size:>7.1f} {hours:>6.1f} h  {proven}")
    # None at all is an error there; here it is what one wants to read.
    lines += ["", "dumps on the server:", server.ask(f"{LOGICAL} list 2>&1 || true")]
    if said["drills"]:
        last = said["drills"][-1]
        found = f"restored in {last['seconds']} s, {last['loss_s']} s lost" if last["ok"] else last["problem"]
        lines += ["", f"last drill {last['at'][:16].replace('T', ' ')} UTC: {found}"]
    return lines


def started(server: Server, unit: str) -> int:
    """Start a job as cron does and show what it said."""
    log = f"sudo journalctl -u {unit} --since \"$began\" -o cat --no-pager | grep -v '^{unit}.service'"
    code = f'began=$(date "+%F %T"); sudo systemctl start {unit}.service; code=$?; {log}; exit $code'
    return subprocess.run([*server.words(), code], check=False).returncode


def options(given: argparse.Namespace) -> list[str]:
    """What the server's program is told."""
    if given.name and given.at:
        raise Refused.because(
            "FROM names a backup and AT a moment: it can only be one", "make restore AT=..."
        )
    named = ["--from", given.name] if given.name else []
    at = ["--at", moment(given.at)] if given.at else []
    return [*named, *at, *(["--accept-loss"] if given.accept_loss else [])]


def moment(text: str) -> str:
    """A second in New York, in the one spelling that cannot be misread."""
    try:
        # The server's program knows New York; here it is only read and written.
        return f"{datetime.strptime(text + ' +0000', '%Y-%m-%d %H:%M:%S %z'):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        raise Refused.because(f"AT is '{text}'", 'AT="2026-11-20 15:59:00", in New York time') from None


def restored(server: Server, given: argparse.Namespace) -> int:
    """Show what would be done, ask, do it."""
    told = options(given)
    print("This replaces the live database; times are UTC, AT is New York's.\n")
    print(server.ask(shlex.join(["sudo", "darkpool-pgbackrest", "restore", *told, "--dry-run"])))
    if given.dry_run:
        return 0
    if (given.confirm or asked()) != CONFIRM:
        raise Refused.because("not confirmed, nothing was touched", f"type {CONFIRM}, or CONFIRM={CONFIRM}")
    said = json.dumps({"restore_options": told})
    play = ["ansible-playbook", "-i", str(given.inventory), *given.play, "ansible/playbooks/restore.yml"]
    code = subprocess.run([*play, "-e", said], cwd=ROOT, check=False).returncode
    if not code:
        print("\nRestored. Next: make status. What was there before lies aside: remove it later.")
    return code


def asked() -> str:
    """What a person types; nothing where nobody is."""
    return input(f"\nType {CONFIRM} to go on: ").strip() if sys.stdin.isatty() else ""


def do(given: argparse.Namespace) -> int:
    """One of the words below."""
    server = Server(given.inventory)
    if given.what == "list":
        print("\n".join(listed(server)))
        return 0
    if given.what == "restore":
        return restored(server, given)
    if given.what == "drill":
        return started(server, "darkpool-restore-drill")
    return started(server, "darkpool-backup") or started(server, "darkpool-pgbackrest")


def main() -> int:
    """Read the command line; what follows -- is for ansible-playbook."""
    parser = argparse.ArgumentParser(prog="python -m laptop.backups", description=__doc__)
    parser.add_argument("inventory", type=Path, help="as inventory/production")
    parser.add_argument("what", choices=["backup", "list", "drill", "restore"])
    parser.add_argument(
        "--from", dest="name", default="", help="one backup by its name (default: everything)"
    )
    parser.add_argument("--at", default="", help='a second in New York: "2026-11-20 15:59:00"')
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")
    parser.add_argument("--accept-loss", action="store_true", help="also if acknowledged rows are missing")
    parser.add_argument("--confirm", default="", help="what a person would be asked to type")
    parser.epilog = "What follows -- is for ansible-playbook."
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    given = parser.parse_args(words[:end])
    given.play = words[end + 1 :]
    return guarded(lambda: do(given))


if __name__ == "__main__":
    sys.exit(main())
