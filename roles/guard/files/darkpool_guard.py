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
# The copy that was put back last: a run that goes on although its clock has run out changes more.
LAST = "put_back"
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
    reverting.add_argument("--files-only", action="store_true", help="apply nothing, as at boot")
    reverting.add_argument(
        "--again", action="store_true", help="also what was changed after the clock ran out"
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
    fresh = not copy.exists()
    if fresh:
        forget(arguments.state / LAST)
        take(config["files"], copy)
    try:
        # Through systemd, which outlives the connection and this process.
        systemctl("restart", TIMER)
    except GuardError:
        # A copy without a clock would be the one that is put back weeks later.
        if fresh:
            forget(copy)
        raise
    say(f"armed: without `darkpool-guard keep`, all is put back in {config['revert_after_s']} s")


def keep(arguments: argparse.Namespace) -> None:
    """Stop the clock and forget the copy.

    Raises:
        GuardError: the clock ran out before, so the changes are gone already.
    """
    if not (arguments.state / "armed").exists():
        raise GuardError(
            "nothing is armed: what was changed has been put back already (journalctl -u darkpool-guard says when); "
            "if the run only took long, give it a longer guard_revert_after_s and run it again"
        )
    systemctl("stop", TIMER)
    forget(arguments.state / "armed")
    say("kept")


def revert(arguments: argparse.Namespace) -> None:
    """Put the copy back and let the services read it."""
    config = read_config(arguments.config)
    copy, last = arguments.state / "armed", arguments.state / LAST
    copy = last if arguments.again and not copy.exists() else copy
    if not copy.exists():
        say("nothing is armed, so nothing is put back")
        return
    before, after = ([], []) if arguments.files_only else (config["before"], config["after"])
    failed = run_all(before)
    changed = [entry for entry in json.loads((copy / "manifest.json").read_text()) if differs(entry, copy)]
    # One file that cannot be put back keeps neither the others from it nor the services from being told.
    failed += [problem for entry in changed if (problem := put_back(entry, copy))]
    # Also when no file differs: a service may run with what it read from a file that has been mended since.
    failed += run_all(after)
    if failed:
        raise GuardError(
            f"not all is put back: {'; '.join(failed)}. Mend that, then: sudo darkpool-guard revert"
        )
    if arguments.files_only:
        return  # The copy stays for the whole revert that follows: what reads at boot may have read before us.
    forget(last)
    if copy != last:
        copy.rename(last)
    say(f"nobody showed that they still come in: {len(changed)} guarded files put back, their services told")


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
    ours = {"uid": os.geteuid(), "gid": os.getegid(), "mode": 0o600}
    with folder_of(draft / "manifest.json") as folder:
        # A link is its owner's and may lead to any file of the system: it is neither followed nor put back.
        for number, path in enumerate(path for path in guarded(patterns) if not path.is_symlink()):
            entry: dict[str, Any] = {"path": os.path.realpath(path), "blob": None}
            if path.is_file():
                found = path.stat()
                rights = {"uid": found.st_uid, "gid": found.st_gid, "mode": found.st_mode & 0o7777}
                entry |= {"blob": str(number), **rights}
                replace(folder, str(number), path.read_bytes(), ours)
            entries.append(entry)
        replace(folder, "manifest.json", json.dumps(entries, indent=1).encode(), ours)
    with folder_of(copy):
        draft.rename(copy)


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


def put_back(entry: dict[str, Any], copy: Path) -> str:
    """Make one file what it was; return what went wrong, or nothing."""
    path = Path(entry["path"])
    try:
        with folder_of(path) as folder:
            if entry["blob"] is None:
                os.unlink(path.name, dir_fd=folder)
            else:
                replace(folder, path.name, (copy / entry["blob"]).read_bytes(), entry)
    except OSError as problem:
        return f"{path}: {problem.strerror}"
    say(f"put back {path}")
    return ""


def replace(folder: int, name: str, content: bytes, rights: dict[str, Any]) -> None:
    """Replace a file in one step, never by its path: its folder may be a person's, and we are root."""
    draft = f".{name}.guard"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(draft, dir_fd=folder)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder), "wb") as file:
        file.write(content)
        os.fchown(file.fileno(), rights["uid"], rights["gid"])
        os.fchmod(file.fileno(), rights["mode"])
        file.flush()
        os.fsync(file.fileno())
    os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)


@contextlib.contextmanager
def folder_of(path: Path) -> Iterator[int]:
    """Open a file's folder, made where it is missing, by no link; what was done in it is on the disk after."""
    with contextlib.ExitStack() as opened:
        folder = None
        for name in ("/", *path.parent.parts[1:]):
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=folder)
            folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            opened.callback(os.close, folder)
        yield folder
        os.fsync(folder)


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
