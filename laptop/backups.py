"""Backups from the laptop: make one, see what there is, prove one, bring one back."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from laptop.backup_list import LOGICAL, OFF, PHYSICAL, listed, physical_is_on
from laptop.server import Server
from laptop.words import Refused, guarded

ROOT = Path(__file__).resolve().parents[1]
CONFIRM = "restore"
# A dump's name begins with a word, a physical backup's with its date.
DUMP = "darkpool-"


def started(server: Server, unit: str) -> int:
    """Start a job as cron does and show what it said."""
    log = f"sudo journalctl -u {unit} --since \"$began\" -o cat --no-pager | grep -v '^{unit}.service'"
    code = f'began=$(date "+%F %T"); sudo systemctl start {unit}.service; code=$?; {log}; exit $code'
    return subprocess.run([*server.words(), code], check=False).returncode


def program(server: Server, given: argparse.Namespace) -> str:
    """What on the server restores this: a dump by its name, and where there is nothing else, the newest."""
    if given.name.startswith(DUMP):
        return LOGICAL
    if given.into:
        raise Refused.because(
            "INTO makes a new database, which only a dump can",
            f"name one: make restore FROM={DUMP}... INTO=look",
        )
    if not physical_is_on(server):
        print(OFF)
        if given.name or given.at:
            raise Refused.because(
                "that is in no dump", f"make backups shows which there are: make restore FROM={DUMP}..."
            )
        return LOGICAL
    return PHYSICAL


def options(given: argparse.Namespace) -> list[str]:
    """What the server's program is told."""
    if given.name and given.at:
        raise Refused.because(
            "FROM names a backup and AT a moment: it can only be one", "make restore AT=..."
        )
    named = ["--from", given.name] if given.name else []
    at = ["--at", moment(given.at)] if given.at else []
    into = ["--into", given.into] if given.into else []
    return [*named, *at, *into, *(["--accept-loss"] if given.accept_loss else [])]


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
    by = program(server, given)
    if not given.into:
        print("This replaces the live database; times are UTC, AT is New York's.\n")
    print(server.ask(f"{by} {shlex.join(['restore', *told, '--dry-run'])}"))
    if given.dry_run:
        return 0
    if not given.into and (given.confirm or asked()) != CONFIRM:
        raise Refused.because("not confirmed, nothing was touched", f"type {CONFIRM}, or CONFIRM={CONFIRM}")
    said = json.dumps({"restore_program": by.split()[-1], "restore_options": told})
    play = ["ansible-playbook", "-i", str(given.inventory), *given.play, "ansible/playbooks/restore.yml"]
    code = subprocess.run([*play, "-e", said], cwd=ROOT, check=False).returncode
    if not code and not given.into:
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
    on = physical_is_on(server)
    if not on:
        print(OFF)
    if given.what == "drill":
        return started(server, "darkpool-restore-drill" if on else "darkpool-dump-drill")
    return started(server, "darkpool-backup") or (started(server, "darkpool-pgbackrest") if on else 0)


def main() -> int:
    """Read the command line; what follows -- is for ansible-playbook."""
    parser = argparse.ArgumentParser(prog="python -m laptop.backups", description=__doc__)
    parser.add_argument("inventory", type=Path, help="as inventory/production")
    parser.add_argument("what", choices=["backup", "list", "drill", "restore"])
    parser.add_argument(
        "--from", dest="name", default="", help="one backup by its name (default: everything)"
    )
    parser.add_argument("--at", default="", help='a second in New York: "2026-11-20 15:59:00"')
    parser.add_argument("--into", default="", help="a new database from a dump; nothing is replaced")
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
