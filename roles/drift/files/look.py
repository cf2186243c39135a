"""Runs on the server as root, changes nothing: which files were changed by hand, by whom and when. Prints JSON.

A file was changed by hand if no package brought it, no apt run wrote it, and it is younger than the first deploy; what
the roles write is taken out on the laptop, which has just heard it from them. The time is the inode's (ctime), which no
`touch` can set; who is what sudo and sshd told the journal, so it is as good as the journal is.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
import pwd
import re
import subprocess
import sys
from bisect import bisect_right
from fnmatch import fnmatch
from pathlib import Path

CONFIGURATION = ("/etc", "/usr/local", "/root/.ssh", "/root/.bashrc", "/root/.profile", "/var/spool/cron")
DATABASE = "/var/lib/postgresql/*/*/postgresql.auto.conf"
# A setting there, or in a file that sorts behind ours, takes the place of the inventory's.
POSTGRESQL = re.compile(r"/(etc|var/lib)/postgresql/.*\.conf$")
# Written by programs as they run, not by people.
BY_PROGRAMS = re.compile(
    r"/etc/(ssl/certs|ssh/ssh_host_|alternatives|ld\.so\.cache|mtab|resolv\.conf|machine-id|adjtime|\.pwd\.lock|hostname|hosts$"
    r"|(passwd|shadow|group|gshadow|subuid|subgid)-?$|ufw/\S+\.\d{8}_\d{6}$|apparmor\.d/cache|cloud/|ca-certificates\.conf)"
    r"|/usr/local/lib/python|\.pyc$"
)
LOOK_BACK_S = 12 * 3600
AT_ONCE_S = 10
SUDO = re.compile(r"^\s*(?P<user>\S+) : .*?COMMAND=(?P<command>.*)$")
LOGIN = re.compile(r"^Accepted \S+ for (?P<user>\S+) from (?P<address>\S+)")
Event = tuple[float, str, str]


def journal(*filters: str) -> list[tuple[float, str]]:
    """Times and texts of what a program told the journal in the last three months."""
    words = ["journalctl", "--quiet", "--output=json", "--output-fields=MESSAGE", "--since=-90d", *filters]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    entries = [json.loads(line) for line in said]
    return [(int(one["__REALTIME_TIMESTAMP"]) / 1e6, str(one.get("MESSAGE", ""))) for one in entries]


def people() -> list[Event]:
    """What people did with sudo and where they came from; not what Ansible did."""
    found = []
    # Not by _COMM: who has ended before the journal looks has none. Whoever could forge this name has a shell and sudo.
    for at, text in journal("SYSLOG_IDENTIFIER=sudo"):
        one = SUDO.match(text)
        if one and "BECOME-SUCCESS" not in text:
            found.append((at, one["user"], f"sudo {one['command']}"))
    for at, text in journal("SYSLOG_IDENTIFIER=sshd", "SYSLOG_IDENTIFIER=sshd-session", "_UID=0"):
        one = LOGIN.match(text)
        if one:
            found.append((at, one["user"], f"login from {one['address']}"))
    return sorted(found)


def who(events: list[Event], path: str, at: float) -> str:
    """Name the person: by the command that names the file, else by the last sudo, else by the last login before."""
    until = bisect_right(events, (at + 2, "", ""))
    before = [event for event in events[:until] if event[0] > at - LOOK_BACK_S][::-1]
    names_it = [event for event in before if Path(path).name in event[2] and at - event[0] < AT_ONCE_S]
    if names_it:
        return f"{names_it[0][1]} ({short(names_it[0])})"
    for kind in ("sudo", "login"):
        last = next((event for event in before if event[2].startswith(kind)), None)
        if last:
            return f"perhaps {last[1]} ({short(last)})"
    return "nobody known to the journal"


def short(event: Event) -> str:
    """Return what was done and when."""
    return f"{event[2][:100]}, {moment(event[0])}"


def moment(at: float) -> str:
    """Return a time as the server's people read it."""
    return dt.datetime.fromtimestamp(at).astimezone().strftime("%a %Y-%m-%d %H:%M:%S %Z")


def apt_runs() -> list[tuple[float, float, str, str]]:
    """Begin, end, command line and person of each run of apt that is still logged."""
    runs = []
    for log in sorted(Path("/var/log/apt").glob("history.log*")):
        text = gzip.decompress(log.read_bytes()).decode() if log.suffix == ".gz" else log.read_text()
        for block in text.split("\n\n"):
            said = dict(line.split(": ", 1) for line in block.strip().splitlines() if ": " in line)
            if "End-Date" in said:
                # In local time without a zone; the first deploy's is UTC, because the zone is set after the packages.
                for zone in (dt.timezone.utc, None):
                    begin, end = (stamp(said[word], zone) for word in ("Start-Date", "End-Date"))
                    runs.append((begin, end, said.get("Commandline", ""), said.get("Requested-By", "")))
    return sorted(runs)


def stamp(text: str, zone: dt.tzinfo | None) -> float:
    """Read apt's way of writing times."""
    return dt.datetime.strptime(" ".join(text.split()), "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone).timestamp()


def from_packages() -> tuple[set[str], dict[str, str]]:
    """The files that packages brought, and the sums of those that are configuration."""
    listed = {
        line for file in Path("/var/lib/dpkg/info").glob("*.list") for line in file.read_text().splitlines()
    }
    shown = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Conffiles}\n"], capture_output=True, text=True, check=True
    )
    sums = {words[0]: words[1] for words in map(str.split, shown.stdout.splitlines()) if len(words) == 2}  # noqa: PLR2004 -- more words mark what is obsolete
    return listed, sums


def candidates() -> list[Path]:
    """All regular files, and links to nowhere, where somebody could have changed how the server behaves."""
    homes = [f"{one.pw_dir}/.ssh" for one in pwd.getpwall() if one.pw_dir.startswith("/home/")]
    found = list(Path("/").glob(DATABASE[1:]))
    for root in (*CONFIGURATION, *homes):
        found += [Path(root)] if Path(root).is_file() else []
        found += [Path(folder, name) for folder, _, names in os.walk(root) for name in names]
    return [one for one in found if masks(one) or (one.is_file() and not one.is_symlink())]


def masks(path: Path) -> bool:
    """Say whether this link takes a unit out of service."""
    return path.is_symlink() and str(path.readlink()) == "/dev/null"


def changed_by_hand() -> dict[str, dict[str, object]]:
    """Each file that is younger than the first deploy, and whether a package can have written it."""
    events, runs, (listed, sums) = people(), apt_runs(), from_packages()
    # Ansible's own apt; before it the machine was the image's.
    first = min((begin for begin, _, line, _ in runs if "--force-confdef" in line), default=0.0)
    found = {}
    for path in candidates():
        state = path.lstat()
        at, name = state.st_ctime, str(path)
        if (
            at < first
            or BY_PROGRAMS.search(name)
            or any(fnmatch(name, one) for one in sys.argv[1:])
            or (name.endswith("auto.conf") and not settings(path))
        ):
            continue
        sound = (
            name in sums and hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == sums[name]
        )
        by_package = sound or (name in listed and name not in sums)
        by_apt = any(begin - 1 <= at <= end + 1 for begin, end, _, _ in runs)
        found[name] = {
            "owner": owner(state.st_uid),
            "at": moment(at),
            "who": who(events, name, at),
            "strange": not by_package and not by_apt,
            "says": settings(path) if POSTGRESQL.match(name) and not by_package else [],
        }
    return found


def owner(uid: int) -> str:
    """Return the account's name, or its number where the account is gone."""
    return next((one.pw_name for one in pwd.getpwall() if one.pw_uid == uid), str(uid))


def settings(path: Path) -> list[str]:
    """Return the lines that say something."""
    return [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]


def packages() -> list[str]:
    """What people held back, installed or removed with apt; Ansible and the automatic updates are no people."""
    held = subprocess.run(["apt-mark", "showhold"], capture_output=True, text=True, check=True).stdout.split()
    said = {f"package {name} is held back: it gets no security updates" for name in held}
    for begin, _, line, person in apt_runs():
        if person and "--force-confdef" not in line and "unattended" not in line:
            said.add(f"{line} ({person}, {moment(begin)})")
    return sorted(said)


def main() -> None:
    """Print what was found."""
    release = Path("/opt/collector/current/release.json")
    report = {
        "files": changed_by_hand(),
        "packages": packages(),
        "accounts": [one.pw_name for one in pwd.getpwall() if one.pw_uid == 0 or 1000 <= one.pw_uid < 60000],  # noqa: PLR2004 -- Debian's numbers for people
        "release": json.loads(release.read_text()) if release.exists() else {},
    }
    json.dump(report, sys.stdout)


main()
