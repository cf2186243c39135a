#!/usr/bin/env python3
"""Write down what this machine is like: disks, memory, load, clock, failed units, updates, backups, drills.

One file, whole or not at all; whoever shows it (`collector status`, the page, the login message) reads that. What
cannot be seen is null there, never a guess.
"""

from __future__ import annotations

import argparse
import json
import os
import ssl
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

# The disk's pace: a measurement an hour, for two weeks.
EVERY, KEPT = timedelta(minutes=55), timedelta(days=14)
UPDATES = "/var/lib/apt/periodic"
# Changes whenever a package comes or goes.
PACKAGES = Path("/var/lib/dpkg/status")
# Where a stratum and an offset stand in what chronyc says, and the stratum of a clock that follows nobody.
STRATUM, OFFSET, NOBODY = 2, 4, "0"
KILOBYTE = 1024


def main() -> None:
    """Look, and replace the file."""
    given = arguments()
    now = datetime.now(timezone.utc)  # noqa: TID251 -- not part of the collector
    disks = [disk(path) for path in file_systems(given.disk)]
    facts = {
        "looked_at": now.isoformat(timespec="seconds"),
        "booted_at": booted(now),
        "load": list(os.getloadavg()),
        "cpus": os.cpu_count() or 0,
        "memory": memory(),
        "disks": disks,
        "measured": measured(given.file, disks, now),
        "failed": failed(given.failures),
        "reboot": Path("/run/reboot-required").exists(),
        "updates_at": newest(Path(UPDATES).glob("*-stamp")),
        "updates_waiting": waiting(given.updates),
        "certificates": {str(path): end for path in given.certificate if (end := ends(path))},
        "keys": {name: at for name, path in map(named, given.key) if (at := newest([path]))},
        "clock": clock(given.tracking),
        "backups": {
            "dump": newest(given.dumps.glob("darkpool-*Z")),
            "physical": newest(given.physical.glob("*/[0-9]*[FDI]")),
        },
        "drill": drill(given.drills),
    }
    fresh = given.file.with_suffix(".new")
    fresh.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    fresh.chmod(0o640)
    fresh.replace(given.file)


def arguments() -> argparse.Namespace:
    """Where to look and where to write."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("file", "dumps", "physical", "drills", "failures", "tracking", "updates"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--certificate", action="append", default=[], type=Path)
    parser.add_argument("--key", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("disk", nargs="+", type=Path)
    return parser.parse_args()


def file_systems(paths: list[Path]) -> list[Path]:
    """The first path of each; what is not there is passed over."""
    found: dict[int, Path] = {}
    for path in paths:
        if path.exists():
            found.setdefault(path.stat().st_dev, path)
    return list(found.values())


def disk(path: Path) -> dict[str, Any]:
    """How full, as an account that is not root sees it."""
    state = os.statvfs(path)
    used = state.f_files - state.f_ffree
    return {
        "path": str(path),
        "bytes": state.f_blocks * state.f_frsize,
        "used": (state.f_blocks - state.f_bfree) * state.f_frsize,
        "left": state.f_bavail * state.f_frsize,
        "inodes_percent": -(-100 * used // (used + state.f_favail)) if used + state.f_favail else 0,
    }


def measured(file: Path, disks: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """What was used, hour by hour; a file that cannot be read begins anew."""
    try:
        before = json.loads(file.read_text(encoding="utf-8"))["measured"]
        kept = [one for one in before if now - KEPT < datetime.fromisoformat(one["at"]) <= now]
    except (OSError, ValueError, KeyError, TypeError):
        kept = []
    if kept and now - datetime.fromisoformat(kept[-1]["at"]) < EVERY:
        return kept
    return [
        *kept,
        {"at": now.isoformat(timespec="seconds"), "used": {one["path"]: one["used"] for one in disks}},
    ]


def memory() -> dict[str, int]:
    """Bytes."""
    lines = dict(line.split(":", 1) for line in text("/proc/meminfo").splitlines() if ":" in line)
    names = {"total": "MemTotal", "available": "MemAvailable", "swap": "SwapTotal", "swap_free": "SwapFree"}
    return {name: int(lines[key].split()[0]) * KILOBYTE for name, key in names.items() if key in lines}


def booted(now: datetime) -> str | None:
    """Since when it runs."""
    said = text("/proc/uptime").split()
    return (now - timedelta(seconds=float(said[0]))).isoformat(timespec="seconds") if said else None


def failed(records: Path) -> list[str]:
    """Units that systemd calls failed, and those of ours that failed and have not worked since."""
    said = output("systemctl", "list-units", "--failed", "--plain", "--no-legend")
    return sorted(
        {line.split()[0] for line in said.splitlines() if line}
        | {path.stem for path in records.glob("*.json")}
    )


def waiting(file: Path) -> int | None:
    """How many security updates apt counted; unknown where packages came or went since."""
    try:
        return int(file.read_text()) if file.stat().st_mtime >= PACKAGES.stat().st_mtime else None
    except (OSError, ValueError):
        return None


def named(key: str) -> tuple[str, Path]:
    """A key's name and its file."""
    name, _, path = key.partition("=")
    return name, Path(path)


def ends(certificate: Path) -> str | None:
    """Until when it is good; nothing where there is none."""
    said = output("openssl", "x509", "-enddate", "-noout", "-in", str(certificate)).strip()
    if not said.startswith("notAfter="):
        return None
    end = ssl.cert_time_to_seconds(said.partition("=")[2])
    return datetime.fromtimestamp(end, timezone.utc).isoformat(timespec="seconds")


def clock(tracking: Path) -> dict[str, Any]:
    """What chrony told root a moment ago, else whether the kernel believes its clock."""
    said = text(tracking).strip().split(",")
    if len(said) > OFFSET:
        return {"synchronised": said[STRATUM] != NOBODY, "offset_s": abs(float(said[OFFSET]))}
    if stopped("chrony.service"):
        return {"synchronised": False, "offset_s": None}
    # In a container nobody may set the clock: the host's counts there, and cannot be asked.
    if output("systemd-detect-virt", "--container").strip() not in ("", "none"):
        return {"synchronised": None, "offset_s": None}
    known = output("timedatectl", "show", "--property=NTPSynchronized", "--value").strip()
    return {"synchronised": {"yes": True, "no": False}.get(known), "offset_s": None}


def stopped(unit: str) -> bool:
    """Whether it could run here, and does not: long after its end the kernel still believes its clock."""
    said = output("systemctl", "show", "--property=ActiveState,ConditionResult", unit).splitlines()
    return "ConditionResult=yes" in said and not {"ActiveState=inactive", "ActiveState=failed"}.isdisjoint(
        said
    )


def drill(file: Path) -> dict[str, Any]:
    """The last drill, and when a restore was proven last; half a line of a power cut is none."""
    lines = [json.loads(line) for line in text(file).splitlines() if line.endswith("}")]
    good = [line["at"] for line in lines if line.get("ok")]
    known = ("at", "ok", "seconds", "loss_s", "problem", "backup")
    last = {key: lines[-1].get(key) for key in known} if lines else None
    return {"last": last, "good_at": good[-1] if good else None}


def newest(paths: Any) -> str | None:  # noqa: ANN401 -- what glob gives
    """When the newest of them was finished."""
    try:
        times = [path.stat().st_mtime for path in paths]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times), timezone.utc).isoformat(timespec="seconds") if times else None


def text(path: str | Path) -> str:
    """What a file says; nothing where it is not there."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""


def output(*words: str) -> str:
    """What a command says; nothing where it cannot."""
    try:
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


if __name__ == "__main__":
    main()
