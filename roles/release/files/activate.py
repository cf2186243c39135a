"""Make a release the one that runs, or go back to an earlier one, on the droplet, as root; or change nothing.

A release directory without release.json is half a release: nobody uses it, and the next try removes it.
Where the laptop dies before the note in the database, the old one stays; after that, the new one comes all the same.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tarfile
import time
import venv
from datetime import datetime, timezone
from pathlib import Path

MIGRATOR = "dbname=darkpool user=darkpool_migrator host=/run/postgresql"
STREAM = "collector-stream.service"
RECORD = "release.json"
STEP_TIMEOUT_S = 600
NO_ROOM = os.strerror(errno.ENOSPC)
PIP = """-m pip install --isolated --no-cache-dir --disable-pip-version-check --quiet --root-user-action=ignore
--no-index --find-links=wheels --require-hashes --requirement=requirements.txt"""
NOTE = "insert into ops.releases (version, commit_id, released_by, how) values (:'version', :'commit', :'by', :'how')"


class ReleaseError(Exception):
    """A step that failed, with its own words."""


def main() -> int:
    """Do every step under a lock; on failure say so, clean up, and leave `current` alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--archive", type=Path, help="of the new release")
    what.add_argument("--back-to", help="a release that is kept, or `previous`")
    for name in ("version", "commit", "by"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--voided", action="store_true", help="take one too that somebody went back from")
    parser.add_argument("--unproven", action="store_true", help="take one too that could not collect now")
    for name, kind in {"root": Path, "turn": Path, "keep": int, "wait": int}.items():
        parser.add_argument(f"--{name}", type=kind, required=True)
    given = parser.parse_args()
    # A careful system's umask would keep the collector from reading what is installed for it.
    os.umask(0o022)
    # Where the laptop dies, its session is hung up with all that belongs to it.
    with contextlib.suppress(PermissionError):
        os.setsid()
    try:
        with alone(given.root, given.by):
            go_back(given) if given.back_to else release(given)
    except (ReleaseError, OSError, subprocess.TimeoutExpired, tarfile.TarError) as error:
        say(f"\nNOT RELEASED: {error}")
        left = f"; nothing of {given.version} is left behind" if given.archive else ""
        say(f"{running(given.root) or 'Nothing'} goes on running{left}.")
        return 1
    finally:
        if given.archive:
            given.archive.unlink(missing_ok=True)
    return 0


def release(given: argparse.Namespace) -> None:
    """Build, try, record, switch, in this order."""
    home = given.root / "releases" / given.version
    voided = given.root / "voided" / f"{given.version}.json"
    if voided.exists() and not given.voided:
        raise ReleaseError(f"{left_by(voided)}. Change the code, or release it all the same with FORCE=1")
    for half in (path for path in home.parent.iterdir() if not (path / RECORD).exists()):
        say(f"removing {half.name}, left half done by an earlier try")
        shutil.rmtree(half)
    fresh = not home.exists()
    try:
        if fresh:
            install(given.archive, home)
        with between_jobs(given.turn, given.wait):
            prove(home, given.version)
            collects(home, given.unproven)
            record(home, given)
            note(home, given, "release")
            switch(given.root, home)
            prune(given.root, given.keep)
            voided.unlink(missing_ok=True)
    except BaseException:
        if fresh and running(given.root) != home.name:
            shutil.rmtree(home, ignore_errors=True)
        raise
    say(f"{given.version} runs from the next pass on")
    restart()


def go_back(given: argparse.Namespace) -> None:
    """Prove an earlier release anew, switch to it, and void the one that ran: no deploy brings it back unasked."""
    bad = running(given.root)
    kept = [home.name for home in newest_first(given.root) if home.name != bad]
    good = [name for name in kept if not (given.root / "voided" / f"{name}.json").exists()] or [given.back_to]
    wanted = good[0] if given.back_to == "previous" else given.back_to
    if wanted not in kept:
        others = ", ".join(kept) or "none but the one that runs"
        raise ReleaseError(f"{wanted} is not kept here. There are: {others}")
    home = given.root / "releases" / wanted
    with between_jobs(given.turn, given.wait):
        prove(home, wanted)
        note(home, given, "rollback")
        switch(given.root, home)
        (voided := given.root / "voided" / f"{bad}.json").parent.mkdir(exist_ok=True)
        voided.write_text(json.dumps({"version": bad, "left_at": now(), "left_by": given.by}) + "\n")
    say(f"{wanted} runs from the next pass on; {bad} is void")
    restart()


def left_by(voided: Path) -> str:
    """Who went back from a release, and when."""
    return "{left_by} went back from {version} at {left_at}".format(**json.loads(voided.read_text()))


@contextlib.contextmanager
def alone(root: Path, by: str):  # noqa: ANN201 - a generator's type would need an import from typing for nothing
    """Refuse to release while somebody else does, and say who."""
    with (root / ".release.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise ReleaseError(f"{lock.read().strip()} is releasing: wait until that is done") from None
        lock.truncate(0)
        lock.write(f"{by}, since {now()}\n")
        lock.flush()
        yield


@contextlib.contextmanager
def between_jobs(turn: Path, wait_s: int):  # noqa: ANN201 - as above
    """Wait until no job is at work, and let none begin: each holds this lock while it is, and waits for it before."""
    handle = os.open(turn, os.O_RDONLY)
    try:
        if not taken(handle):
            say(f"waiting for {at_work(handle)}")
            deadline = time.monotonic() + wait_s
            while not taken(handle):
                still_wanted()
                if time.monotonic() > deadline:
                    late = f"{at_work(handle)} is still at work after {wait_s} s"
                    raise ReleaseError(f"{late}: release again when it is done")
                time.sleep(0.2)
        yield
    finally:
        os.close(handle)


def taken(handle: int) -> bool:
    """Take the lock if it is free; say whether it was."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def at_work(handle: int) -> str:
    """Name the units, as /proc/locks shows them, that hold the lock which each job holds."""
    number, units = str(os.fstat(handle).st_ino), set()
    for line in Path("/proc/locks").read_text().splitlines():
        # One that waits has an arrow before its kind, and is not at work.
        _, kind, _, _, process, inode, *_ = line.split()
        if kind == "FLOCK" and inode.rpartition(":")[2] == number:
            with contextlib.suppress(OSError):
                units.add(Path(f"/proc/{process}/cgroup").read_text().strip().rpartition("/")[2])
    return ", ".join(sorted(units)) or "a job that has just ended"


def install(archive: Path, home: Path) -> None:
    """Unpack, and let the pip that came along install what came along, with no index."""
    parcel = home / "parcel"
    parcel.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        tar.extractall(parcel)  # noqa: S202 - our own file, written a minute ago by role release
    venv.create(home / "venv", with_pip=False, symlinks=True)
    step("install", [f"{home}/venv/bin/python", *PIP.split()], cwd=parcel, modules=str(parcel / "pip.whl"))
    shutil.rmtree(parcel)


def prove(home: Path, version: str) -> None:
    """Ask the new code itself, as those who will run it."""
    collector = home / "venv/bin/collector"
    as_collector = ["runuser", "-u", "collector", "--", collector]
    if version not in (answer := step("start", [*as_collector, "--version"])).split():
        raise ReleaseError(f"the new code calls itself {answer.strip()!r}, not {version}")
    step("settings", [*as_collector, "settings"])
    step("migrate", [collector, "migrate", "--dsn", MIGRATOR])
    step("status", [*as_collector, "status"])
    still_wanted()


def collects(home: Path, unproven: bool) -> None:  # noqa: FBT001 - no argparse.Namespace for one word
    """Let the new code ask for one answer, read it and store it; while no exchange is open that is undone again."""
    try:
        step("try", ["runuser", "-u", "collector", "--", str(home / "venv/bin/collector"), "try"])
    except ReleaseError as reason:
        if not unproven:
            raise ReleaseError(f"{reason}. If the code is not to blame: UNPROVEN=1 make release") from None
        say(f"not proven, and wanted all the same: {reason}")
    still_wanted()


def still_wanted() -> None:
    """Stop where nobody reads any more: the laptop died, or its owner thought better of it."""
    (listeners := select.poll()).register(sys.stdout, 0)
    if listeners.poll(0):
        raise ReleaseError("whoever began it has gone")


def step(
    name: str, command: list[str | Path], cwd: Path = Path("/"), modules: str = "", typed: str = ""
) -> str:
    """Run one step, show what it says, and stop everything when it fails."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": modules}
    done = subprocess.run(
        command, cwd=cwd, env=environment, input=typed, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=STEP_TIMEOUT_S, check=False,
    )  # fmt: skip
    say(f"--- {name}\n{done.stdout.rstrip()}")
    if done.returncode:
        full = f"{NO_ROOM}, docs/runbooks/disk-full.md says what may go" if NO_ROOM in done.stdout else ""
        raise ReleaseError(f"step {name} ended with {done.returncode}; {full or 'its words are above'}")
    return done.stdout


def record(home: Path, given: argparse.Namespace) -> None:
    """Write what this release is; from here on the directory counts."""
    facts = {"version": given.version, "commit": given.commit, "released_at": now(), "released_by": given.by}
    (partial := home / f"{RECORD}.partial").write_text(json.dumps(facts, indent=1) + "\n")
    partial.rename(home / RECORD)
    os.sync()


def note(home: Path, given: argparse.Namespace, how: str) -> None:
    """Tell the database too, where those look who wonder about a row."""
    facts = json.loads((home / RECORD).read_text())
    values = {"version": home.name, "commit": facts["commit"], "by": given.by, "how": how}
    settings = [word for name, value in values.items() for word in ("-v", f"{name}={value}")]
    psql: list[str | Path] = ["runuser", "-u", "postgres", "--", "psql", "-XqAt", "-d", "darkpool"]
    step("note", [*psql, "-v", "ON_ERROR_STOP=1", *settings], typed=NOTE)


def switch(root: Path, home: Path) -> None:
    """Point `current` elsewhere in one step: there is no moment without it."""
    (new := root / "current.new").unlink(missing_ok=True)
    new.symlink_to(home.relative_to(root))
    new.rename(root / "current")


def restart() -> None:
    """Let a service that is switched on, unlike a pass, begin anew with the new code; how it does is its own affair."""
    enabled = ["systemctl", "is-enabled", "--quiet", STREAM]
    if not subprocess.run(enabled, check=False, stderr=subprocess.DEVNULL).returncode:
        subprocess.run(["systemctl", "--no-block", "restart", STREAM], check=False, timeout=STEP_TIMEOUT_S)
        say(f"{STREAM} begins anew with it")


def prune(root: Path, keep: int) -> None:
    """Remove the oldest releases, never the one that runs."""
    for old in newest_first(root)[keep:]:
        if old.name != running(root):
            shutil.rmtree(old)


def newest_first(root: Path) -> list[Path]:
    """All whole releases."""
    whole = [home for home in (root / "releases").iterdir() if (home / RECORD).exists()]
    return sorted(whole, key=lambda home: (home / RECORD).stat().st_mtime, reverse=True)


def running(root: Path) -> str:
    """Name the release that runs, if any."""
    current = root / "current"
    return current.resolve().name if current.is_symlink() else ""


def now() -> str:
    """Tell the time, in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")  # noqa: TID251 - not part of the collector


def say(line: str) -> None:
    """Show a line at once; what is begun does not stop because nobody reads it."""
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)  # noqa: T201 - what Ansible shows


if __name__ == "__main__":
    sys.exit(main())
