#!/usr/bin/env python3
"""Keep a copy of how the owner gets in, and put it back unless he shows that he still does.

`arm` copies the guarded files and starts a timer; `keep` ends it because somebody came in anew; `revert`, which
the timer calls, puts the copies back.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONFIG = Path("/etc/darkpool/guard.json")
STATE = Path("/var/lib/darkpool-guard")
TIMER = "darkpool-guard.timer"
EXIT_CODES = "exit codes: 0 done; 1 something could not be put back or the timer does not run; 2 wrong usage"


class GuardError(Exception):
    """Something that the caller must hear about; the message says what to do."""


def main() -> int:
    """Turn the words of the command line into calls."""
    arguments = parser().parse_args()
    try:
        with alone(arguments.state):
            arguments.call(arguments)
    except (GuardError, OSError, ValueError, subprocess.SubprocessError) as problem:
        sys.stderr.write(f"darkpool-guard: {problem}\n")
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    words = argparse.ArgumentParser(prog="darkpool-guard", description=__doc__, epilog=EXIT_CODES)
    words.add_argument("--config", type=Path, default=CONFIG, help=f"what is guarded (default: {CONFIG})")
    words.add_argument("--state", type=Path, default=STATE, help=f"where the copies lie (default: {STATE})")
    commands = words.add_subparsers(required=True, metavar="COMMAND")
    add(commands, "arm", arm, "copy the guarded files and start the clock; armed already: restart the clock")
    add(commands, "keep", keep, "what is now is good: stop the clock and forget the copy")
    reverting = add(commands, "revert", revert, "put the copy back and apply it")
    reverting.add_argument(
        "--files-only", action="store_true", help="apply nothing: at boot the services come later"
    )
    add(commands, "status", status, "say whether a revert is armed, and for when")
    return words


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    call: Callable[[argparse.Namespace], None],
    text: str,
) -> argparse.ArgumentParser:
    """Add one command to the parser and return it."""
    command = commands.add_parser(name, help=text, description=text, epilog=EXIT_CODES)
    command.set_defaults(call=call)
    return command


def arm(arguments: argparse.Namespace) -> None:
    """Copy the guarded files, unless an older copy is still unproven, and start the clock anew."""
    config = read_config(arguments.config)
    copy = arguments.state / "armed"
    if not copy.exists():
        take(config["files"], copy)
    # Through systemd, which outlives the connection and this process.
    systemctl("restart", TIMER)
    say(f"armed: without `darkpool-guard keep`, all is put back in {config['revert_after_s']} s")


def keep(arguments: argparse.Namespace) -> None:
    """Stop the clock and forget the copy; nothing armed is fine."""
    systemctl("stop", TIMER)
    forget(arguments.state / "armed")
    say("kept")


def revert(arguments: argparse.Namespace) -> None:
    """Put the copy back and let the services read it."""
    config = read_config(arguments.config)
    copy = arguments.state / "armed"
    if not copy.exists():
        say("nothing is armed, so nothing is put back")
        return
    before, after = ([], []) if arguments.files_only else (config["before"], config["after"])
    failed = run_all(before)
    changed = [entry for entry in json.loads((copy / "manifest.json").read_text()) if differs(entry, copy)]
    for entry in changed:
        put_back(entry, copy)
        say(f"put back {entry['path']}")
    # Also when no file differs: a service may run with what it read from a file that has been mended since.
    failed += run_all(after)
    if failed:
        raise GuardError(f"put back, but not applied: {'; '.join(failed)}. Reboot the server, or try again.")
    forget(copy)
    say(
        f"nobody showed that they still come in: {len(changed)} guarded files were put back, their services told"
    )


def status(arguments: argparse.Namespace) -> None:
    """Say whether a revert is armed."""
    armed = (arguments.state / "armed").exists()
    say(f"armed; systemctl list-timers {TIMER} says for when" if armed else "not armed")


def say(line: str) -> None:
    """Tell whoever called, or the journal."""
    sys.stdout.write(f"{line}\n")


def read_config(path: Path) -> dict[str, Any]:
    """Return what is guarded.

    Raises:
        GuardError: it is not there or cannot be read.
    """
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as problem:
        raise GuardError(
            f"{path} cannot be read ({problem}); run site.yml, whose role guard writes it"
        ) from None
    return found


def take(patterns: list[str], copy: Path) -> None:
    """Copy all guarded files; the copy appears whole or not at all."""
    draft = copy.with_name("draft")
    forget(draft)
    draft.mkdir(mode=0o700)
    entries = []
    for number, path in enumerate(guarded(patterns)):
        entry: dict[str, Any] = {"path": str(path), "blob": None}
        if path.is_file():
            found = path.stat()
            entry |= {
                "blob": str(number),
                "mode": found.st_mode & 0o7777,
                "uid": found.st_uid,
                "gid": found.st_gid,
            }
            write(draft / str(number), path.read_bytes(), 0o600)
        entries.append(entry)
    write(draft / "manifest.json", json.dumps(entries, indent=1).encode(), 0o600)
    draft.rename(copy)
    flush(copy.parent)


def guarded(patterns: list[str]) -> list[Path]:
    """Return the files that are there for each pattern; a plain path counts when it is not there, too."""
    paths: set[Path] = set()
    for pattern in patterns:
        found = Path("/").glob(pattern.lstrip("/"))
        paths.update(found if "*" in pattern else [Path(pattern)])
    return sorted(paths)


def differs(entry: dict[str, Any], copy: Path) -> bool:
    """Return whether the file is no longer what the copy says."""
    path = Path(entry["path"])
    if entry["blob"] is None or not path.is_file():
        return bool(path.exists() or entry["blob"] is not None)
    found = path.stat()
    now = (found.st_mode & 0o7777, found.st_uid, found.st_gid)
    return (
        now != (entry["mode"], entry["uid"], entry["gid"])
        or path.read_bytes() != (copy / entry["blob"]).read_bytes()
    )


def put_back(entry: dict[str, Any], copy: Path) -> None:
    """Make one file what it was."""
    path = Path(entry["path"])
    if entry["blob"] is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.guard")
    write(draft, (copy / entry["blob"]).read_bytes(), entry["mode"])
    os.chown(draft, entry["uid"], entry["gid"])
    draft.chmod(entry["mode"])
    draft.rename(path)
    flush(path.parent)


def write(path: Path, content: bytes, mode: int) -> None:
    """Write a file with its rights from the first byte on, and put it on the disk."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush(folder: Path) -> None:
    """Put a folder's names on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def forget(copy: Path) -> None:
    """Remove a copy in one step, then its content."""
    if copy.exists():
        gone = copy.with_name("gone")
        shutil.rmtree(gone, ignore_errors=True)
        copy.rename(gone)
        shutil.rmtree(gone)


def run_all(commands: list[str]) -> list[str]:
    """Run each command, whatever the others do; return those that failed."""
    failed = []
    for command in commands:
        done = subprocess.run(["/bin/sh", "-c", command], check=False, timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            failed.append(f"`{command}` ended with {done.returncode}")
    return failed


def systemctl(*words: str) -> None:
    """Tell systemd something.

    Raises:
        GuardError: it refused.
    """
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        raise GuardError(
            f"systemctl {' '.join(words)}: {done.stderr.strip()}; run site.yml, whose role guard brings it"
        )


@contextlib.contextmanager
def alone(state: Path) -> Iterator[None]:
    """Let one command at a time touch the copies.

    Raises:
        GuardError: we may not, as everybody but root.
    """
    if os.geteuid() != 0:
        raise GuardError("only root can do this: put sudo before it")
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
